#include "core/json/json_value.hpp"

#include "core/json/closest_word.hpp"
#include "core/json/node.hpp"
#include "core/json/pointer.hpp"
#include "core/support/calendar.hpp"
#include "core/support/duration.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::json {

namespace {

constexpr std::size_t longest_shown = 100;

/// A value as a message shows it.
struct shown {
  std::string operator()(std::nullptr_t /*value*/) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::uint64_t value) const {
    return std::to_string(value);
  }
  std::string operator()(const node::other_number& value) const {
    return printable(value.text, longest_shown);
  }
  std::string operator()(const std::string& value) const {
    return in_quotes(value, longest_shown);
  }
  std::string operator()(const node::array& /*value*/) const {
    return "an array";
  }
  std::string operator()(const node::object& /*value*/) const {
    return "an object";
  }
};

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

/// The value, if it is of that type.
template <class Type>
const Type* get(const node* from) {
  return std::get_if<Type>(&from->value);
}

} // namespace

bool json_value::is_null() const {
  return get<std::nullptr_t>(node_) != nullptr;
}

bool json_value::is_boolean() const {
  return get<bool>(node_) != nullptr;
}

bool json_value::is_string() const {
  return get<std::string>(node_) != nullptr;
}

bool json_value::is_array() const {
  return get<node::array>(node_) != nullptr;
}

bool json_value::is_object() const {
  return get<node::object>(node_) != nullptr;
}

std::optional<std::string_view> json_value::read_text() const {
  if (const auto* const text = get<std::string>(node_))
    return *text;
  unexpected("a string");
  return std::nullopt;
}

std::optional<bool> json_value::read_boolean() const {
  if (const auto* const value = get<bool>(node_))
    return *value;
  unexpected("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t>
json_value::read_integer(std::uint64_t lowest, std::uint64_t highest,
                         std::string_view or_else) const {
  const auto* const number = get<std::uint64_t>(node_);
  if (number != nullptr && *number >= lowest && *number <= highest)
    return *number;
  unexpected(
      fmt::format("an integer from {} to {}{}", lowest, highest, or_else));
  return std::nullopt;
}

std::optional<std::chrono::sys_seconds> json_value::read_time() const {
  if (const auto* const number = get<std::uint64_t>(node_)) {
    if (const auto at = time_since_1970(*number))
      return at;
  }
  unexpected("seconds since 1970, to the year 9999");
  return std::nullopt;
}

std::optional<std::chrono::seconds>
json_value::read_duration(std::chrono::seconds shortest,
                          std::chrono::seconds longest) const {
  if (const auto* const text = get<std::string>(node_)) {
    const auto read = parse_duration(*text);
    if (read && *read >= shortest && *read <= longest)
      return read;
  }
  unexpected(fmt::format("a duration such as \"90s\", \"15m\", \"1h\" or "
                         "\"7d\", from {} to {}",
                         spfblock::in_quotes(duration_text(shortest)),
                         spfblock::in_quotes(duration_text(longest))));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds>
json_value::read_short_duration(std::chrono::milliseconds shortest,
                                std::chrono::milliseconds longest) const {
  if (const auto* const text = get<std::string>(node_)) {
    const auto read = parse_short_duration(*text);
    if (read && *read >= shortest && *read <= longest)
      return read;
  }
  unexpected(fmt::format("a duration such as \"200ms\", from {} to {}",
                         spfblock::in_quotes(short_duration_text(shortest)),
                         spfblock::in_quotes(short_duration_text(longest))));
  return std::nullopt;
}

std::optional<std::chrono::sys_days> json_value::read_day() const {
  if (const auto* const text = get<std::string>(node_)) {
    if (const auto day = parse_day(*text))
      return day;
  }
  unexpected("a day of the calendar, YYYY-MM-DD");
  return std::nullopt;
}

std::optional<std::size_t>
json_value::read_word(const std::vector<std::string_view>& words) const {
  const auto* const text = get<std::string>(node_);
  if (text != nullptr) {
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found != words.end())
      return static_cast<std::size_t>(found - words.begin());
  }
  unexpected("one of " + quoted_list(words) +
             (text != nullptr ? meant(*text, words) : ""));
  return std::nullopt;
}

element_range json_value::read_elements() const& {
  if (const auto* const array = get<node::array>(node_))
    return {*this, array->size()};
  unexpected("an array");
  return {*this, 0};
}

json_value element_range::element(const json_value& of, std::size_t index) {
  return {(*get<node::array>(of.node_))[index], of, {}, index};
}

bool json_value::read_object() const {
  if (!is_object())
    unexpected("an object");
  return is_object();
}

bool json_value::read_object(const std::vector<std::string_view>& known) const {
  if (!read_object())
    return false;
  for (const auto& [key, key_line, unused] : *get<node::object>(node_)) {
    if (std::find(known.begin(), known.end(), key) != known.end() ||
        (parent_ == nullptr && key == "$schema"))
      continue;
    problems_->add_unknown(key_line, child_pointer(pointer(), key),
                           fmt::format("unknown setting (known: {}{})",
                                       fmt::join(known, ", "),
                                       meant(key, known)));
  }
  return true;
}

std::optional<json_value> json_value::member(std::string_view name) const& {
  const auto* const object = get<node::object>(node_);
  if (object == nullptr)
    return std::nullopt;
  const auto found =
      std::lower_bound(object->begin(), object->end(), name,
                       [](const json::member& one, std::string_view key) {
                         return one.key < key;
                       });
  if (found == object->end() || found->key != name)
    return std::nullopt;
  return json_value{found->value, *this, found->key, 0};
}

std::string json_value::pointer() const {
  if (parent_ == nullptr)
    return {};
  return parent_->is_object() ? child_pointer(parent_->pointer(), key_)
                              : child_pointer(parent_->pointer(), index_);
}

void json_value::fault(std::string message) const {
  problems_->add(node_->line, pointer(), std::move(message));
}

void json_value::warn(std::string message) const {
  problems_->warn(
      {problems_->file(), node_->line, pointer(), std::move(message)});
}

void json_value::unexpected(std::string_view expected) const {
  fault(fmt::format("found {} (expected {})", std::visit(shown{}, node_->value),
                    expected));
}

void json_value::missing(std::string_view name) const {
  fault(in_quotes(name) + " is missing");
}

void json_value::require(std::string_view name,
                         std::string_view expected) const {
  if (!member(name))
    fault(
        fmt::format("{} is missing (expected {})", in_quotes(name), expected));
}

place json_value::place() const {
  return {problems_->file(), node_->line, pointer()};
}

} // namespace spfblock::json
