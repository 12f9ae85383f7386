// One event for the log: a short phrase and fields, on one line.
#pragma once

#include "core/support/level.hpp"

#include <concepts>
#include <string>
#include <string_view>

namespace spfblock::log {

/// An event as it will be written: `phrase key=value key="other value"`.
///
/// Values may come from outside: what is not plain printable ASCII is escaped,
/// what has blanks, quotes or an equals sign is quoted.  So an event is always
/// one line, and its fields can be told apart.
class event {
public:
  /// @param phrase a few words that never change, e.g. "table published"
  event(spfblock::level severity, std::string_view phrase)
      : severity_{severity},
        line_{phrase} {}

  /// Adds a field.
  event& with(std::string_view key, std::string_view value) &;
  event&& with(std::string_view key, std::string_view value) &&;

  template <std::integral Number>
  event& with(std::string_view key, Number value) & {
    return with(key, std::string_view{std::to_string(value)});
  }
  template <std::integral Number>
  event&& with(std::string_view key, Number value) && {
    return std::move(with(key, value));
  }

  [[nodiscard]] spfblock::level severity() const noexcept { return severity_; }

  /// Without a line end.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

private:
  spfblock::level severity_;
  std::string line_;
};

} // namespace spfblock::log
