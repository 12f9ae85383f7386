#include "core/suggest/known_names.hpp"

#include <string>
#include <string_view>

namespace spfblock::suggest {
namespace {

/// The name without its first label; nothing of the root.
std::optional<dns::name> parent_of(const dns::name& name) {
  if (name.is_root())
    return std::nullopt;
  const std::string_view wire = name.wire();
  const auto label = static_cast<unsigned char>(wire.front());
  auto parent = dns::name::from_wire(wire.substr(std::size_t{1} + label));
  return parent ? std::optional{*std::move(parent)} : std::nullopt;
}

bool is_at_or_below_one(const dns::name& name,
                        const std::unordered_set<dns::name>& of) {
  for (std::optional<dns::name> each = name; each; each = parent_of(*each)) {
    if (of.contains(*each))
      return true;
  }
  return false;
}

} // namespace

known_names::known_names(const config::settings& of,
                         const evidence::registrable& registrable_domain)
    : registrable_{registrable_domain} {
  for (const config::domain_entry& each : of.domains)
    listed_.insert(each.name);
  for (const config::spf_domain& each : of.allow.domains) {
    allowed_.insert(each.name);
    for (auto above = parent_of(each.name); above && above->label_count() > 1;
         above = parent_of(*above))
      above_allowed_.insert(*above);
  }
  for (const auto* names : {&of.allow.providers, &of.allow.includes}) {
    for (const dns::name& each : *names)
      providers_.insert(registrable_(each).value_or(each));
  }
}

std::optional<known_names::role>
known_names::role_of(const dns::name& name) const {
  if (is_at_or_below_one(name, listed_))
    return role::listed;
  if (is_at_or_below_one(name, allowed_) || above_allowed_.contains(name))
    return role::allowed;
  if (providers_.contains(registrable_(name).value_or(name)))
    return role::provider;
  return std::nullopt;
}

} // namespace spfblock::suggest
