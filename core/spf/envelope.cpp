#include "core/spf/envelope.hpp"

#include "core/dns/unicode_name.hpp"

#include <utility>

namespace spfblock::spf {

std::string helo_of(std::string_view written) {
  auto ascii = dns::ascii_form(written);
  return ascii ? *std::move(ascii) : std::string{written};
}

result<envelope> envelope::of(const net::ip_address& client,
                              std::string_view mail_from,
                              std::string_view helo) {
  const auto at = mail_from.rfind('@');
  const bool has_at = at != std::string_view::npos;
  auto domain = dns::name_from_unicode(mail_from.empty() ? helo
                                       : has_at ? mail_from.substr(at + 1)
                                                : mail_from);
  if (!domain)
    return domain.error();
  if (domain->label_count() < 2)
    return failure{errc::malformed, "a domain of one label"};
  envelope made;
  made.client = client;
  made.domain = *std::move(domain);
  made.helo = helo_of(helo);
  if (has_at && at > 0)
    made.local_part = mail_from.substr(0, at);
  return made;
}

} // namespace spfblock::spf
