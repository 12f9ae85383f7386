// A JSON value that knows its place and says what is wrong with it.
#pragma once

#include "core/json/problem_list.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::json {

/// A value within a parsed JSON text.
///
/// The typed readers take exactly one type, with no conversion: nlohmann-json's
/// own would make an integer of true, of 1.5 and of 70000 for 16 bits.  What
/// does not fit they add to the problems, as `found X (expected Y)`, and return
/// nothing.
///
/// Cheap to copy but for its pointer; refers to the JSON text and the problems.
class json_value {
public:
  json_value(const nlohmann::json& json, std::string pointer,
             problem_list& problems)
      : json_{&json},
        pointer_{std::move(pointer)},
        problems_{&problems} {}

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_object() const;

  [[nodiscard]] std::optional<std::string> read_text() const;
  [[nodiscard]] std::optional<bool> read_boolean() const;

  /// A whole number from `lowest` to `highest`.
  /// @param or_else appended to what was expected, as in ", or null"
  [[nodiscard]] std::optional<std::uint64_t>
  read_integer(std::uint64_t lowest, std::uint64_t highest,
               std::string_view or_else = {}) const;

  /// A duration text from `shortest` to `longest`.
  [[nodiscard]] std::optional<std::chrono::seconds>
  read_duration(std::chrono::seconds shortest,
                std::chrono::seconds longest) const;

  /// A day of the calendar.
  [[nodiscard]] std::optional<std::chrono::sys_days> read_day() const;

  /// The index of the one of `words` that this is, in exactly that spelling.
  [[nodiscard]] std::optional<std::size_t>
  read_word(const std::vector<std::string_view>& words) const;

  /// The elements of an array.
  [[nodiscard]] std::vector<json_value> read_elements() const;

  /// Whether this is an object; adds a problem if it is not, and one for each
  /// member that is not in `known`.
  [[nodiscard]] bool
  read_object(const std::vector<std::string_view>& known) const;

  /// The member of that name, if this is an object and has one.
  [[nodiscard]] std::optional<json_value> member(std::string_view name) const;

  /// Adds a problem with this value.
  void fault(std::string message) const;

  /// Adds the problem that this is not what it should be.
  void unexpected(std::string_view expected) const;

  /// Adds a problem unless there is a member of that name.
  /// @pre an object
  void require(std::string_view name, std::string_view expected) const;

  /// Where this stands, as `FILE:LINE`.
  [[nodiscard]] std::string place() const;

  [[nodiscard]] problem_list& problems() const noexcept { return *problems_; }

private:
  const nlohmann::json* json_;
  std::string pointer_;
  problem_list* problems_;
};

} // namespace spfblock::json
