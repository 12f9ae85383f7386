// Where the values of a JSON text stand: what editing it as a text needs.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::json {

struct placed_child;

/// A value and the octets that it takes of its text, from `begin` up to `end`.
struct placed_value {
  enum class kind { array, object, other };

  kind is = kind::other;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<placed_child> children; ///< in the order of the text

  /// The member of that name, of several the last one, as json::document has
  /// it; null if there is none.
  [[nodiscard]] const placed_value* member(std::string_view name) const;
};

/// An element of an array, or a member of an object.
struct placed_child {
  std::string key;       ///< of a member, without its escapes
  std::size_t begin = 0; ///< of the key, or of the element
  placed_value value;

  [[nodiscard]] std::size_t end() const noexcept { return value.end; }
};

/// Lays out a text that document::parse() takes, comments and all.
/// @return the whole value, or the failures of document::parse()
[[nodiscard]] result<placed_value> layout_of(std::string_view text);

/// The string that a value is; nothing if it is none.
/// @param text what `value` was laid out of
[[nodiscard]] std::optional<std::string> string_at(std::string_view text,
                                                   const placed_value& value);

/// The first octet at or behind `from` that is neither blank nor of a comment;
/// the end of the text if there is none.
/// @pre `from` is between the values of a text that can be laid out
[[nodiscard]] std::size_t next_token(std::string_view text,
                                     std::size_t from) noexcept;

/// The octet behind the comment that begins at `from`; of one that goes to the
/// end of its line, that end.
/// @pre there begins one, in a text that can be laid out
[[nodiscard]] std::size_t end_of_comment(std::string_view text,
                                         std::size_t from) noexcept;

} // namespace spfblock::json
