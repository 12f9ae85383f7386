// Edits of a JSON text that leave all else of it as it is.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::json {

/// Members of objects within each other, from the outermost on.
using member_path = std::vector<std::string_view>;

/// The text with one element more at the end of an array.  Objects and the
/// array that are not there are made, each as the last member.
///
/// What is there stays as it is, octet for octet, comments too; but for blanks
/// between the brackets of what was empty.  What is new is laid out as what
/// stands before it: on a line of its own, with the same indent, where that is
/// so there.  A comment behind the last element stays on the line of that.
///
/// @param text any JSON text with comments
/// @param element a value, written on one line
/// @return the new text; or the failures of document::parse(), or
///         errc::malformed if there is something else on the way than objects
///         and an array; the offset is that of an octet of `text`
[[nodiscard]] result<std::string> with_element(std::string_view text,
                                               const member_path& path,
                                               std::string_view element);

/// The text without one element of an array, the comma that is too much then,
/// and the blanks around it: its line, where nothing else is on it.  Comments
/// stay.
/// @pre the array is there and has an element of that index
/// @return the new text; or the failures of document::parse()
[[nodiscard]] result<std::string> without_element(std::string_view text,
                                                  const member_path& path,
                                                  std::size_t index);

} // namespace spfblock::json
