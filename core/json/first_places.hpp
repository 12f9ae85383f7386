// Where each value of a list was given first.
#pragma once

#include "core/json/json_value.hpp"

#include <map>
#include <string>

namespace spfblock::json {

/// Finds what a list gives twice.
class first_places {
public:
  /// Whether no element before gave the same.  If one did, adds a problem that
  /// says where.
  /// @param text the value that `element` gives, in its one written form
  bool is_new(const json_value& element, const std::string& text);

private:
  std::map<std::string, std::string> places_;
};

} // namespace spfblock::json
