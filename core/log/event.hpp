// One event for the log: a phrase of the catalogue and fields, on one line.
#pragma once

#include "core/log/catalogue.hpp"
#include "core/support/contract.hpp"
#include "core/support/level.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::log {

/// An event as it will be written: `phrase key=value key="other value"`.
///
/// Values may come from outside: what is not plain printable ASCII is escaped,
/// what has blanks, quotes or an equals sign is quoted.  So an event is always
/// one line, and its fields can be told apart.
///
/// Made as an `event_of` its kind, so the catalogue knows it.
class event {
public:
  [[nodiscard]] bool is(log::kind one) const noexcept { return kind_ == one; }

  [[nodiscard]] spfblock::level severity() const noexcept { return severity_; }

  /// Without a line end.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

protected:
  event(log::kind of, spfblock::level severity, std::string_view phrase)
      : kind_{of},
        severity_{severity},
        line_{phrase} {}

  void add(std::string_view key, std::string_view value);

private:
  log::kind kind_;
  spfblock::level severity_;
  std::string line_;
};

/// An event of one kind.  A field that its entry does not name does not
/// compile.
template <kind Kind>
class event_of : public event {
  static constexpr const entry& its_entry = entry_of(Kind);

public:
  /// The name of one of the fields.
  class key {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): as in with("domain", ...)
    consteval key(const char* name) : name_{name} {
      if (!its_entry.fields.has(name_))
        the_entry_has_no_such_field();
    }
    [[nodiscard]] constexpr std::string_view name() const { return name_; }

  private:
    static void the_entry_has_no_such_field(); // not constexpr: stops there
    std::string_view name_;
  };

  event_of() : event{Kind, its_entry.severity, its_entry.phrase} {}

  /// With one of the two severities of its entry.
  explicit event_of(spfblock::level severity) requires(
      entry_of(Kind).raised.has_value())
      : event{Kind, severity, its_entry.phrase} {
    EXPECTS(severity == its_entry.severity || severity == its_entry.raised);
  }

  /// Adds a field; in the order of the entry.
  event_of& with(key field, std::string_view value) & {
    add(field.name(), value);
    return *this;
  }
  event_of&& with(key field, std::string_view value) && {
    return std::move(with(field, value));
  }

  template <std::integral Number>
  event_of& with(key field, Number value) & {
    return with(field, std::string_view{std::to_string(value)});
  }
  template <std::integral Number>
  event_of&& with(key field, Number value) && {
    return std::move(with(field, value));
  }
};

} // namespace spfblock::log
