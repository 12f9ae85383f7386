// Where in a JSON text each value stands; nlohmann-json 3.11 does not say.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spfblock::json {

/// The JSON pointer of a member or an element (RFC 6901 §3).
[[nodiscard]] std::string child_pointer(std::string_view parent,
                                        std::string_view key);
[[nodiscard]] std::string child_pointer(std::string_view parent,
                                        std::size_t index);

/// The number, from 1, of the line that the byte at `offset` is on.
[[nodiscard]] std::size_t line_at(std::string_view text,
                                  std::size_t offset) noexcept;

/// The lines of all values and keys of a JSON text, and its repeated keys.
///
/// Made in one pass that checks the syntax and neither recurses nor builds
/// anything nested, so that a hostile text can be refused before it is read
/// into a tree.
class position_index {
public:
  /// Levels of arrays and objects within each other; settings need four.
  static constexpr std::size_t deepest = 16;

  /// A key given before in the same object.
  struct repeated_key {
    std::string pointer;
    std::size_t line;
    std::size_t first_line;
  };

  /// Indexes `text`: JSON with `//` and `/* */` comments, with or without a
  /// byte order mark.
  /// @return errc::malformed for a syntax error, a NUL byte included (to
  ///         nlohmann-json the end of the text), errc::limit_exceeded beyond
  ///         `deepest`; the offset is that of the last byte read
  static result<position_index> parse(std::string_view text);

  /// The line of a value: of its only or its opening token.  Of values at the
  /// same pointer, the last one.  0 if there is none.
  [[nodiscard]] std::size_t value_line(const std::string& pointer) const;

  /// The line of a member's key; for an element of an array, or the whole
  /// document, that of its value.
  [[nodiscard]] std::size_t key_line(const std::string& pointer) const;

  /// In order of the text.
  [[nodiscard]] const std::vector<repeated_key>&
  repeated_keys() const noexcept {
    return repeated_keys_;
  }

private:
  friend class position_recorder;

  struct lines {
    std::size_t key = 0; ///< 0: not a member of an object
    std::size_t value = 0;
  };

  std::unordered_map<std::string, lines> lines_;
  std::vector<repeated_key> repeated_keys_;
};

} // namespace spfblock::json
