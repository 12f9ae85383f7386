#include "core/query_time/verdicts.hpp"

#include <utility>

namespace spfblock::query_time {

std::optional<verdict> verdicts::find(const claim& of, moment now) const {
  for (const generation* each : {&young_, &old_}) {
    const auto found = each->known.find(of);
    if (found == each->known.end())
      continue;
    if (now < found->second.until)
      return found->second.said;
    return std::nullopt;
  }
  return std::nullopt;
}

void verdicts::put(const claim& of, verdict said, moment until) {
  if (const auto there = young_.known.find(of); there != young_.known.end()) {
    there.value() = {said, until};
    return;
  }
  if (young_.known.size() >= most_.claims ||
      young_.octets + of.octets() > most_.octets)
    old_ = std::exchange(young_, {});
  young_.octets += of.octets();
  young_.known.emplace(of, entry{said, until});
}

} // namespace spfblock::query_time
