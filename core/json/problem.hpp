// One thing wrong with a JSON text, or odd about it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::json {

/// Where something stands.
struct place {
  std::string file;
  std::size_t line = 0; ///< from 1
  std::string pointer;  ///< RFC 6901; empty in files that are not JSON

  /// `FILE:LINE`; safe for output.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const place&, const place&) = default;
};

/// Printed as `FILE:LINE: /json/pointer: what is wrong (what was expected)`;
/// an editor jumps to it.  Without a file as `/json/pointer: what is wrong`.
/// A warning has `warning: ` before its message.
struct problem {
  std::string file;     ///< empty: none
  std::size_t line = 0; ///< from 1; 0: the whole file
  std::string pointer;  ///< RFC 6901; empty for the whole document and for
                        ///< files that are not JSON
  std::string message;
  bool is_warning = false; ///< what has it is taken all the same

  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const problem&, const problem&) = default;
};

} // namespace spfblock::json
