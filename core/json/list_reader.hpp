// Reads a long list of objects without ever having all of it as a document.
#pragma once

#include "core/json/document.hpp"
#include "core/json/field.hpp"
#include "core/json/problem_list.hpp"
#include "core/json/read_document.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::json {

/// The elements of a list that a program wrote, a member of the whole document:
/// each is read when the parser tells of it.
///
///     list_reader<thing> things{"things", fields};
///     const auto document = document::parse(text, things.each());
///
/// Not thread-safe.
template <class Element>
class list_reader {
public:
  /// @param of the name of the list
  /// @param fields must outlive this
  list_reader(std::string of, const field_table<Element>& fields)
      : of_{std::move(of)},
        fields_{&fields} {}

  /// For document::parse(); refers to this.
  [[nodiscard]] document::each_element each() {
    return {of_, [this](const node& element, std::size_t index) {
              take(element, index);
            }};
  }

  /// What was read; of no use where something is wrong.
  [[nodiscard]] std::vector<Element>& elements() noexcept { return elements_; }

  /// Where and what something is wrong with the list in the document that
  /// each() was told of: with the first element that is not right, or that
  /// there are two lists of that name.  Nothing if all is well.
  [[nodiscard]] std::optional<std::string> wrong_in(const document& of) const {
    const std::string pointer = '/' + of_;
    for (const document::repeated_key& each : of.repeated_keys()) {
      if (each.pointer == pointer)
        return pointer + ": given twice";
    }
    return wrong_;
  }

private:
  void take(const node& element, std::size_t index) {
    if (wrong_)
      return;
    problem_list problems;
    read_members(json_value{element, problems}, *fields_,
                 elements_.emplace_back());
    if (problems.size() == 0)
      return;
    problem first = problems.in_order().front();
    first.pointer.insert(0, '/' + of_ + '/' + std::to_string(index));
    wrong_ = first.to_string();
  }

  std::string of_;
  const field_table<Element>* fields_;
  std::vector<Element> elements_;
  std::optional<std::string> wrong_;
};

/// The member of the list itself, read when its elements were: what was not
/// told is no object.
template <class Into>
void read_rest_of_list(const json_value& value, Into& /*into*/) {
  for (const json_value& each : value.read_elements()) {
    if (!each.is_null())
      each.unexpected("an object");
  }
}

/// Reads a text that is one object with a long list, which `list` reads, as
/// read_document() does.
/// @param fields read_rest_of_list() is that of the list
template <class Into, class Element>
result<Into> read_document(std::string_view text, std::string_view what,
                           const field_table<Into>& fields,
                           list_reader<Element>& list) {
  const auto parsed = document::parse(text, list.each());
  auto read = read_parsed(parsed, what, fields);
  if (!read)
    return read;
  if (const auto wrong = list.wrong_in(*parsed))
    return failure{errc::malformed, "not " + std::string{what} + ": " + *wrong};
  return read;
}

} // namespace spfblock::json
