#include "core/suggest/look_of.hpp"

#include <map>
#include <optional>
#include <vector>

namespace spfblock::suggest {
namespace {

/// The records on the way to each grant, but for the name's own.  O(n log n) in
/// the networks of each record on the way: there may be many thousand grants.
std::vector<shared_record> includes_of(const spf::expansion& result) {
  std::map<dns::name, std::vector<net::ip_prefix>> found;
  for (const spf::grant& each : result.grants) {
    const auto networks = each.addresses.to_prefixes();
    auto record = std::optional{result.terms.at(each.term).record};
    while (record && *record != 0) {
      const spf::record_visit& at = result.records.at(*record);
      if (found.size() < most_includes || found.contains(at.domain)) {
        auto& all = found[at.domain];
        all.insert(all.end(), networks.begin(), networks.end());
      }
      record = at.via ? std::optional{result.terms.at(*at.via).record}
                      : std::nullopt;
    }
  }
  std::vector<shared_record> made;
  for (const auto& [name, networks] : found) {
    if (name != result.domain)
      made.push_back({name, net::address_set::of(networks)});
  }
  return made;
}

net::address_set too_wide_in(const spf::expansion& result,
                             const domains::known_domain& settled) {
  net::address_set made;
  for (const spf::grant& each : result.too_wide)
    made |= each.addresses;
  for (const domains::refusal& each : *settled.refusals)
    made |= each.addresses;
  return made;
}

} // namespace

look look_of(const spf::expansion& result, const domains::known_domain& settled,
             const domains::allowance& allowed) {
  look made;
  made.name = result.domain;
  made.outcome = result.outcome;
  made.passes = result.pass;
  made.lists = settled.effective & result.pass;
  made.too_wide = too_wide_in(result, settled);
  made.allowed = settled.kept_off;
  made.allowed_by = allowed.grounds_over(settled.kept_off);
  made.undecided = result.temperror;
  made.includes = includes_of(result);
  return made;
}

} // namespace spfblock::suggest
