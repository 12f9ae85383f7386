// Where each value of a list was given first.
#pragma once

#include "core/json/json_value.hpp"

#include <map>
#include <optional>
#include <string>

namespace spfblock::json {

/// Finds what a list gives twice, be it of one file or of several.
class first_places {
public:
  /// Takes the place of a text that is new.
  /// @param text the value in its one written form
  /// @return a message that says where it was given before, if it was
  [[nodiscard]] std::optional<std::string> take(const std::string& text,
                                                const place& at);

  /// Whether no element before gave the same.  If one did, adds a problem that
  /// says where.
  /// @param text the value that `element` gives, in its one written form
  bool is_new(const json_value& element, const std::string& text);

  /// FILE:LINE of that text; nothing if it was not given.
  [[nodiscard]] std::optional<std::string>
  place_of(const std::string& text) const;

  friend bool operator==(const first_places&, const first_places&) = default;

private:
  std::map<std::string, std::string> places_;
};

} // namespace spfblock::json
