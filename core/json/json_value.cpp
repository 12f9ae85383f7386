#include "core/json/json_value.hpp"

#include "core/json/closest_word.hpp"
#include "core/support/calendar.hpp"
#include "core/support/duration.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace spfblock::json {

namespace {

std::string found_text(const nlohmann::json& json) {
  if (json.is_string())
    return spfblock::in_quotes(json.get_ref<const std::string&>(), 100);
  if (json.is_object())
    return "an object";
  if (json.is_array())
    return "an array";
  return json.dump();
}

std::string quoted_list(const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty())
      list += ", ";
    list += in_quotes(word);
  }
  return list;
}

std::string meant(std::string_view word,
                  const std::vector<std::string_view>& known) {
  const auto closest = closest_word(word, known);
  return closest ? fmt::format("; did you mean {}?", in_quotes(*closest)) : "";
}

} // namespace

bool json_value::is_null() const {
  return json_->is_null();
}

bool json_value::is_string() const {
  return json_->is_string();
}

bool json_value::is_object() const {
  return json_->is_object();
}

std::optional<std::string> json_value::read_text() const {
  if (json_->is_string())
    return json_->get_ref<const std::string&>();
  unexpected("a string");
  return std::nullopt;
}

std::optional<bool> json_value::read_boolean() const {
  if (json_->is_boolean())
    return json_->get<bool>();
  unexpected("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t>
json_value::read_integer(std::uint64_t lowest, std::uint64_t highest,
                         std::string_view or_else) const {
  if (json_->is_number_unsigned()) {
    const auto number = json_->get<std::uint64_t>();
    if (number >= lowest && number <= highest)
      return number;
  }
  unexpected(
      fmt::format("an integer from {} to {}{}", lowest, highest, or_else));
  return std::nullopt;
}

std::optional<std::chrono::seconds>
json_value::read_duration(std::chrono::seconds shortest,
                          std::chrono::seconds longest) const {
  if (json_->is_string()) {
    const auto read = parse_duration(json_->get_ref<const std::string&>());
    if (read && *read >= shortest && *read <= longest)
      return read;
  }
  unexpected(fmt::format("a duration such as \"90s\", \"15m\", \"1h\" or "
                         "\"7d\", from {} to {}",
                         spfblock::in_quotes(duration_text(shortest)),
                         spfblock::in_quotes(duration_text(longest))));
  return std::nullopt;
}

std::optional<std::chrono::sys_days> json_value::read_day() const {
  if (json_->is_string()) {
    if (const auto day = parse_day(json_->get_ref<const std::string&>()))
      return day;
  }
  unexpected("a day of the calendar, YYYY-MM-DD");
  return std::nullopt;
}

std::optional<std::size_t>
json_value::read_word(const std::vector<std::string_view>& words) const {
  const auto known = "one of " + quoted_list(words);
  if (!json_->is_string()) {
    unexpected(known);
    return std::nullopt;
  }
  const auto& text = json_->get_ref<const std::string&>();
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end())
    return static_cast<std::size_t>(found - words.begin());
  unexpected(known + meant(text, words));
  return std::nullopt;
}

std::vector<json_value> json_value::read_elements() const {
  std::vector<json_value> elements;
  if (!json_->is_array()) {
    unexpected("an array");
    return elements;
  }
  elements.reserve(json_->size());
  for (const nlohmann::json& element : *json_)
    elements.emplace_back(element, child_pointer(pointer_, elements.size()),
                          *problems_);
  return elements;
}

bool json_value::read_object(const std::vector<std::string_view>& known) const {
  if (!json_->is_object()) {
    unexpected("an object");
    return false;
  }
  for (const auto& [key, unused] : json_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end())
      continue;
    problems_->add_to_key(child_pointer(pointer_, key),
                          fmt::format("unknown setting (known: {}{})",
                                      fmt::join(known, ", "),
                                      meant(key, known)));
  }
  return true;
}

std::optional<json_value> json_value::member(std::string_view name) const {
  if (!json_->is_object())
    return std::nullopt;
  const auto found = json_->find(name);
  if (found == json_->end())
    return std::nullopt;
  return json_value{*found, child_pointer(pointer_, name), *problems_};
}

void json_value::fault(std::string message) const {
  problems_->add(pointer_, std::move(message));
}

void json_value::unexpected(std::string_view expected) const {
  fault(fmt::format("found {} (expected {})", found_text(*json_), expected));
}

void json_value::require(std::string_view name,
                         std::string_view expected) const {
  if (!member(name))
    fault(
        fmt::format("{} is missing (expected {})", in_quotes(name), expected));
}

std::string json_value::place() const {
  return problems_->place(pointer_);
}

} // namespace spfblock::json
