#include "core/json/first_places.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::json {

bool first_places::is_new(const json_value& element, const std::string& text) {
  const auto [found, added] = places_.emplace(text, element.place());
  if (!added)
    element.fault(fmt::format("{} is given twice (first at {})",
                              spfblock::in_quotes(text), found->second));
  return added;
}

} // namespace spfblock::json
