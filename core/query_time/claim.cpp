#include "core/query_time/claim.hpp"

#include "core/dns/unicode_name.hpp"
#include "core/spf/envelope.hpp"

namespace spfblock::query_time {
namespace {

constexpr std::string_view postmaster = "postmaster";

/// A sender in its parts.
struct sender {
  std::string_view local_part;
  std::string_view domain;
};

sender parts_of(std::string_view mail_from) {
  const auto at = mail_from.rfind('@');
  if (at == std::string_view::npos)
    return {postmaster, mail_from};
  return {at == 0 ? postmaster : mail_from.substr(0, at),
          mail_from.substr(at + 1)};
}

const table::listing* claimed_at(std::string_view name,
                                 const table::snapshot& table,
                                 const net::ip_address& client) {
  const auto parsed = dns::name_from_unicode(name);
  return parsed ? table.decided_by_mail(*parsed, client) : nullptr;
}

} // namespace

std::optional<claimed> claim_of(const table::snapshot& table,
                                const net::ip_address& client,
                                const mail_facts& mail) {
  if (!table.has_residues())
    return std::nullopt;
  const sender from = parts_of(mail.sender);
  std::string_view local_part = from.local_part;
  const table::listing* by = claimed_at(from.domain, table, client);
  for (const std::string_view other : {mail.helo, mail.client_name}) {
    if (by != nullptr)
      break;
    by = claimed_at(other, table, client);
    local_part = postmaster;
  }
  if (by == nullptr)
    return std::nullopt;
  claimed made{{by->waits->domain, client, {}, {}}, by};
  if (by->waits->on_local_part)
    made.what.local_part = local_part;
  if (by->waits->on_helo)
    made.what.helo = spf::helo_of(mail.helo);
  if (made.what.local_part.size() + made.what.helo.size() > longest_texts)
    return std::nullopt;
  return made;
}

} // namespace spfblock::query_time
