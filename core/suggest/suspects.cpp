#include "core/suggest/suspects.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace spfblock::suggest {
namespace {

objection objection_to(known_names::role role) noexcept {
  switch (role) {
  case known_names::role::listed: return objection::listed;
  case known_names::role::allowed: return objection::allowed;
  case known_names::role::provider: return objection::provider;
  }
  return objection::provider;
}

bool has(const std::vector<dns::name>& names, const dns::name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Its own name, and those that it used, bad ones first.
std::vector<dns::name> names_of(const sender& of) {
  std::vector<dns::name> made{of.name};
  for (const bool bad : {true, false}) {
    for (const sending& each : of.sendings) {
      if ((each.marks.bad() > 0) == bad && !has(made, each.domain) &&
          made.size() < most_names_of_sender)
        made.push_back(each.domain);
    }
  }
  return made;
}

std::uint64_t all_bad(const evidence& of) {
  std::uint64_t made = 0;
  for (const auto& [address, each] : of.hosts())
    made += each.bad;
  return made;
}

} // namespace

suspects suspects_in(const evidence& all, const known_names& known,
                     std::size_t most) {
  suspects made;
  const std::uint64_t bad = all_bad(all);
  for (const sender* each : all.senders()) {
    const bool is_marked = each->marks.bad() > 0;
    if (!is_marked && each->marks.wanted > 0)
      continue;
    std::optional<objection> why;
    if (const auto role = known.role_of(each->name))
      why = objection_to(*role);
    else if ((bad == 0 && !is_marked) || made.names.size() >= most)
      why = objection::not_asked;
    if (!why) {
      made.senders.push_back(each);
      const auto names = names_of(*each);
      made.names.insert(made.names.end(), names.begin(), names.end());
    } else if (is_marked) {
      made.objections.add(*why);
    }
  }
  return made;
}

} // namespace spfblock::suggest
