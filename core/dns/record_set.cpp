#include "core/dns/record_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace spfblock::dns {
namespace {

/// Adds the data of one record to an answer.
struct append_to {
  answer& out;

  void operator()(std::monostate) const { out.has_mapped_address = true; }
  void operator()(const alias&) const {}
  void operator()(const std::string& text) const { out.texts.push_back(text); }
  void operator()(const net::ip_address& address) const {
    out.addresses.push_back(address);
  }
  void operator()(const mail_exchange& exchange) const {
    out.exchanges.push_back(exchange);
  }
  void operator()(const host_name& named) const {
    out.hosts.push_back(named.host);
  }
};

/// Keeps the first of equal ones: an RRset has none twice (RFC 2181 §5).
/// O(n log n), since a message may have thousands.
template <class T>
void drop_repeated(std::vector<T>& from) {
  std::vector<std::size_t> order(from.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return from[a] < from[b]; });
  std::vector<bool> is_repeated(from.size());
  for (std::size_t i = 1; i < order.size(); ++i)
    is_repeated[order[i]] = from[order[i]] == from[order[i - 1]];
  std::size_t at = 0;
  std::erase_if(from, [&](const T&) { return is_repeated[at++]; });
}

/// Adds the records of one type to an answer.
/// @return whether there is any
bool append_records(const std::vector<record>& from, rr_type type,
                    answer& out) {
  bool any = false;
  for (const record& one : from) {
    if (one.type != static_cast<std::uint16_t>(type))
      continue;
    any = true;
    out.ttl = std::min(out.ttl, one.ttl);
    std::visit(append_to{out}, one.data);
  }
  drop_repeated(out.texts);
  drop_repeated(out.addresses);
  drop_repeated(out.exchanges);
  drop_repeated(out.hosts);
  return any;
}

/// Whether there is a CNAME to another name than `to`.
bool has_alias_but(const std::vector<record>& among, const alias& to) {
  return std::any_of(among.begin(), among.end(), [&](const record& one) {
    const auto* other = std::get_if<alias>(&one.data);
    return other && *other != to;
  });
}

/// The first CNAME; null without one.
const record* alias_among(const std::vector<record>& among) {
  const auto found =
      std::find_if(among.begin(), among.end(), [](const record& one) {
        return std::holds_alternative<alias>(one.data);
      });
  return found == among.end() ? nullptr : &*found;
}

answer ended(answer_status how, answer so_far) {
  so_far.status = how;
  if (so_far.is_void())
    so_far.aliases.clear();
  return so_far;
}

} // namespace

void record_set::add(const name& owner) {
  records_.try_emplace(owner);
}

void record_set::add(const name& owner, record one) {
  records_[owner].push_back(std::move(one));
}

const std::vector<record>* record_set::find(const name& owner) const {
  const auto there = records_.find(owner);
  return there == records_.end() ? nullptr : &there->second;
}

bool record_set::contradicts(const name& owner, const alias& to) const {
  const auto* there = find(owner);
  return there && has_alias_but(*there, to);
}

answer record_set::resolve(const question& asked) const {
  return follow(asked, [this](const name& owner) -> node {
    return {find(owner), std::nullopt};
  });
}

answer follow(const question& asked,
              const std::function<node(const name&)>& at) {
  answer found;
  found.ttl = max_ttl;
  name owner = asked.owner;
  for (unsigned followed = 0; followed <= max_cnames; ++followed) {
    node here = at(owner);
    if (!here.renamed) {
      if (!here.records)
        return ended(answer_status::nxdomain, std::move(found));
      if (append_records(*here.records, asked.type, found))
        return ended(answer_status::records, std::move(found));
      const record* const next = alias_among(*here.records);
      if (!next)
        return ended(answer_status::no_data, std::move(found));
      const alias& to = std::get<alias>(next->data);
      if (has_alias_but(*here.records, to))
        return failed_answer("several CNAMEs at " + owner.to_string());
      here.renamed = {to.target, next->ttl};
    }
    found.ttl = std::min(found.ttl, here.renamed->ttl);
    owner = std::move(here.renamed->to);
    found.aliases.push_back(owner);
  }
  return failed_answer(
      fmt::format("CNAME loop, or more than {} CNAMEs", max_cnames));
}

} // namespace spfblock::dns
