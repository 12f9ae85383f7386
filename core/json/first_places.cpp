#include "core/json/first_places.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::json {

std::optional<std::string> first_places::take(const std::string& text,
                                              const place& at) {
  const auto [found, added] = places_.emplace(text, at.to_string());
  if (added)
    return std::nullopt;
  return fmt::format("{} is given twice (first at {})",
                     spfblock::in_quotes(text), found->second);
}

bool first_places::is_new(const json_value& element, const std::string& text) {
  auto why = take(text, element.place());
  if (why)
    element.fault(*std::move(why));
  return !why;
}

std::optional<std::string>
first_places::place_of(const std::string& text) const {
  const auto found = places_.find(text);
  if (found == places_.end())
    return std::nullopt;
  return found->second;
}

} // namespace spfblock::json
