// Reads a JSON text that a program wrote.
#pragma once

#include "core/json/document.hpp"
#include "core/json/field.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace spfblock::json {

/// Reads a text that is one object, as read_members() reads it.
/// @param what the text should be: "a status"
/// @return errc::malformed and the first fault, safe for output, for anything
///         else
template <class Into>
result<Into> read_document(std::string_view text, std::string_view what,
                           const field_table<Into>& fields) {
  const auto no_such = [what](const std::string& why) {
    return failure{errc::malformed, "not " + std::string{what} + ": " + why};
  };
  const auto parsed = document::parse(text);
  if (!parsed)
    return no_such(parsed.error().message);
  problem_list problems;
  Into read;
  read_members(json_value{parsed->root(), problems}, fields, read);
  if (problems.size() != 0)
    return no_such(problems.in_order().front().to_string());
  return read;
}

} // namespace spfblock::json
