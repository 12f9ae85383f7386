// A JSON text, parsed.
#pragma once

#include "core/json/node.hpp"
#include "core/support/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::json {

/// The number, from 1, of the line that the byte at `offset` is on.
[[nodiscard]] std::size_t line_at(std::string_view text,
                                  std::size_t offset) noexcept;

/// Whether a text may have `//` and `/* */` comments.
enum class comments { refused, taken };

/// A JSON text (RFC 8259), with or without a byte order mark, as values that
/// know their lines.
///
/// Parsed in one pass that does not recurse and throws nothing; a text that is
/// nested too deep ends it before more than `deepest` levels are there.
class document {
public:
  /// Levels of arrays and objects within each other; settings need four.
  static constexpr std::size_t deepest = 16;

  /// A key given before in the same object.
  struct repeated_key {
    std::string pointer;
    std::size_t line;
    std::size_t first_line;
  };

  /// @return errc::malformed for a syntax error, a NUL byte included (to
  ///         nlohmann-json the end of the text), errc::limit_exceeded beyond
  ///         `deepest`; the offset is that of the last byte read
  static result<document> parse(std::string_view text,
                                comments in_it = comments::refused);

  /// Of members with the same key, the last one is in it.
  [[nodiscard]] const node& root() const noexcept { return root_; }

  /// Those of inner objects before those around them.
  [[nodiscard]] const std::vector<repeated_key>&
  repeated_keys() const noexcept {
    return repeated_keys_;
  }

private:
  friend class document_builder;

  node root_;
  std::vector<repeated_key> repeated_keys_;
};

} // namespace spfblock::json
