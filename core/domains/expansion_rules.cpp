#include "core/domains/expansion_rules.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace spfblock::domains {
namespace {

/// The entry of that name, if there is one.
template <class Entry>
const Entry* find(const std::vector<Entry>& in, const dns::name& name) {
  const auto found = std::find_if(in.begin(), in.end(), [&](const Entry& each) {
    return each.name == name;
  });
  return found == in.end() ? nullptr : &*found;
}

spf::rules rules_of_listed(const config::spf_domain& domain,
                           const config::allow_settings& allow) {
  using names = std::vector<dns::name>;
  return config::rules_of(domain, std::make_shared<const names>(allow.includes),
                          std::make_shared<const names>(allow.providers));
}

} // namespace

spf::rules rules_for(const dns::name& domain, const config::settings& by) {
  const auto& providers = by.allow.providers;
  if (const auto* const listed = find(by.domains, domain))
    return rules_of_listed(*listed, by.allow);
  if (const auto* const allowed = find(by.allow.domains, domain))
    return config::rules_of(*allowed, nullptr);
  if (std::binary_search(providers.begin(), providers.end(), domain))
    return config::rules_of(config::provider(domain, by.limits), nullptr);
  return rules_of_listed({domain, by.on_permerror, by.limits, {}, {}},
                         by.allow);
}

} // namespace spfblock::domains
