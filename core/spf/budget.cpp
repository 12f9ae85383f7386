#include "core/spf/budget.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::spf {

budget::budget(const rules& by, std::uint64_t most_work)
    : given_up_{by.given_up},
      deepest_{
          std::min(by.depth.value_or(record_depth_limit), record_depth_limit)},
      most_work_{most_work} {}

std::optional<std::string> budget::exceeded_at(unsigned depth) const {
  if (depth > deepest_)
    return "over " + counted(deepest_, "record") + " deep";
  if (records_ >= record_visit_limit)
    return fmt::format("over {} records visited", record_visit_limit);
  return std::nullopt;
}

} // namespace spfblock::spf
