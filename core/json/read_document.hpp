// Reads a whole JSON text, as a program or as a person wrote it.
#pragma once

#include "core/json/document.hpp"
#include "core/json/field.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace spfblock::json {

/// What is read of a text that was parsed, or not, as read_document() does.
template <class Into>
result<Into> read_parsed(const result<document>& parsed, std::string_view what,
                         const field_table<Into>& fields) {
  const auto no_such = [what](const std::string& why) {
    return failure{errc::malformed, "not " + std::string{what} + ": " + why};
  };
  if (!parsed)
    return no_such(parsed.error().message);
  problem_list problems;
  Into read;
  read_members(json_value{parsed->root(), problems}, fields, read);
  if (problems.size() != 0)
    return no_such(problems.in_order().front().to_string());
  return read;
}

/// Reads a text that is one object, as read_members() reads it.
/// @param what the text should be: "a status"
/// @return errc::malformed and the first fault, safe for output, for anything
///         else
template <class Into>
result<Into> read_document(std::string_view text, std::string_view what,
                           const field_table<Into>& fields) {
  return read_parsed(document::parse(text), what, fields);
}

/// Reads a text that a person wrote, comments and all: adds to `problems` that
/// it is no JSON, or which keys are given twice, and lets `read` take the rest.
template <class Read>
void read_written(std::string_view text, problem_list& problems,
                  const Read& read) {
  const auto parsed = document::parse(text, comments::taken);
  if (!parsed) {
    const failure& why = parsed.error();
    problems.add(line_at(text, why.offset), {}, why.message);
    return;
  }
  for (const auto& key : parsed->repeated_keys())
    problems.add(key.line, key.pointer,
                 "given twice (first on line " +
                     std::to_string(key.first_line) + ')');
  read(json_value{parsed->root(), problems});
}

} // namespace spfblock::json
