// A JSON value that knows its place and says what is wrong with it.
#pragma once

#include "core/json/problem_list.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::json {

struct node;
class element_range;

/// A value within a document.
///
/// The typed readers take exactly one type, with no conversion: true, 1.5, 1e2
/// and -0 are no integers.  What does not fit they add to the problems, as
/// `found X (expected Y)`, and return nothing.
///
/// Cheap to copy: where it stands is put into words only for a problem.  Refers
/// to the document, the problems and the value that it is an element or a
/// member of; all must outlive it.
class json_value {
public:
  /// The whole document.
  json_value(const node& root, problem_list& problems)
      : node_{&root},
        problems_{&problems} {}

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_boolean() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;

  /// A string; a view into the document.
  [[nodiscard]] std::optional<std::string_view> read_text() const;
  [[nodiscard]] std::optional<bool> read_boolean() const;

  /// A whole number from `lowest` to `highest`.
  /// @param or_else appended to what was expected, as in ", or null"
  [[nodiscard]] std::optional<std::uint64_t>
  read_integer(std::uint64_t lowest, std::uint64_t highest,
               std::string_view or_else = {}) const;

  /// A time as seconds since 1970, as time_since_1970() takes it.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> read_time() const;

  /// A duration text from `shortest` to `longest`.
  [[nodiscard]] std::optional<std::chrono::seconds>
  read_duration(std::chrono::seconds shortest,
                std::chrono::seconds longest) const;

  /// The same, in milliseconds too.
  [[nodiscard]] std::optional<std::chrono::milliseconds>
  read_short_duration(std::chrono::milliseconds shortest,
                      std::chrono::milliseconds longest) const;

  /// A day of the calendar.
  [[nodiscard]] std::optional<std::chrono::sys_days> read_day() const;

  /// The index of the one of `words` that this is, in exactly that spelling.
  [[nodiscard]] std::optional<std::size_t>
  read_word(const std::vector<std::string_view>& words) const;

  /// The elements of an array, made one at a time; none if this is none.
  [[nodiscard]] element_range read_elements() const&;
  void read_elements() const&& = delete;

  /// Whether this is an object; adds a problem if it is not.
  [[nodiscard]] bool read_object() const;

  /// Whether this is an object; adds a problem if it is not, and one for each
  /// member that is not in `known`.  The whole document may have a "$schema",
  /// which is for editors.
  [[nodiscard]] bool
  read_object(const std::vector<std::string_view>& known) const;

  /// The member of that name, if this is an object and has one.
  [[nodiscard]] std::optional<json_value> member(std::string_view name) const&;
  void member(std::string_view name) const&& = delete;

  /// Adds a problem with this value.
  void fault(std::string message) const;

  /// Adds a warning of this value.
  void warn(std::string message) const;

  /// Adds the problem that this is not what it should be.
  void unexpected(std::string_view expected) const;

  /// Adds the problem that this has no member of that name.
  void missing(std::string_view name) const;

  /// Adds a problem unless there is a member of that name.
  /// @pre an object
  void require(std::string_view name, std::string_view expected) const;

  /// Where this stands.
  [[nodiscard]] json::place place() const;

  [[nodiscard]] problem_list& problems() const noexcept { return *problems_; }

private:
  friend class element_range;

  json_value(const node& at, const json_value& parent, std::string_view key,
             std::size_t index)
      : node_{&at},
        problems_{parent.problems_},
        parent_{&parent},
        key_{key},
        index_{index} {}

  /// RFC 6901; empty for the whole document.
  [[nodiscard]] std::string pointer() const;

  const node* node_;
  problem_list* problems_;
  const json_value* parent_ = nullptr;
  std::string_view key_;  ///< in an object
  std::size_t index_ = 0; ///< in an array
};

/// The elements of an array, for a range-based `for`.
class element_range {
public:
  class iterator {
  public:
    iterator(const json_value& of, std::size_t index)
        : of_{&of},
          index_{index} {}

    json_value operator*() const { return element(*of_, index_); }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

  private:
    const json_value* of_;
    std::size_t index_;
  };

  element_range(const json_value& of, std::size_t size)
      : of_{&of},
        size_{size} {}

  [[nodiscard]] iterator begin() const { return {*of_, 0}; }
  [[nodiscard]] iterator end() const { return {*of_, size_}; }

private:
  static json_value element(const json_value& of, std::size_t index);

  const json_value* of_;
  std::size_t size_;
};

} // namespace spfblock::json
