// Writes JSON texts.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::json {

/// Appends a string in its quotes.  Any octets may be in it: what is not
/// well-formed UTF-8 is replaced with U+FFFD, as Unicode recommends (15.0
/// §3.9): one for each maximal part that could have become a character.
void append_string(std::string& to, std::string_view text);

enum class layout {
  dense,    ///< on one line, without blanks
  indented, ///< a line for each member and element, two blanks for each level
};

/// Writes one JSON text, one piece after the other.  The caller sees to it that
/// the pieces make one: each member of an object has a key and a value, what
/// was begun is ended.
class writer {
public:
  /// @param behind what stands before the text, as it is
  explicit writer(layout how, std::string behind = {})
      : indented_{how == layout::indented},
        text_{std::move(behind)} {}

  writer& begin_object() { return begin('{'); }
  writer& end_object() { return end('}'); }
  writer& begin_array() { return begin('['); }
  writer& end_array() { return end(']'); }

  /// The key of a member, before its value.
  writer& key(std::string_view name);

  writer& value(std::string_view text);
  writer& value(std::nullptr_t null);
  template <std::integral Number>
  writer& value(Number number) {
    if constexpr (std::same_as<Number, bool>)
      return literal(number ? "true" : "false");
    else
      return literal(std::to_string(number));
  }
  /// As seconds since 1970.
  writer& value(std::chrono::sys_seconds at) {
    return value(at.time_since_epoch());
  }
  writer& value(std::chrono::seconds span) { return value(span.count()); }
  /// Or null.
  template <class Value>
  writer& value(const std::optional<Value>& of) {
    return of ? value(*of) : value(nullptr);
  }
  writer& value(const std::vector<std::string>& texts);

  template <class Value>
  writer& member(std::string_view name, const Value& of) {
    return key(name).value(of);
  }

  [[nodiscard]] const std::string& text() const& noexcept { return text_; }
  [[nodiscard]] std::string text() && noexcept { return std::move(text_); }

private:
  writer& begin(char bracket);
  writer& end(char bracket);
  writer& literal(std::string_view text);

  /// What stands before an element or a key, or between a key and its value.
  void separate();
  void start_line();

  bool indented_;
  bool first_ = true; ///< nothing stands in the innermost container yet
  bool keyed_ = false;
  std::size_t depth_ = 0;
  std::string text_;
};

} // namespace spfblock::json
