// One thing wrong with a JSON text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::json {

/// Printed as `FILE:LINE: /json/pointer: what is wrong (what was expected)`;
/// an editor jumps to it.  Without a file as `/json/pointer: what is wrong`.
struct problem {
  std::string file;     ///< empty: none
  std::size_t line = 0; ///< from 1; 0: the whole file
  std::string pointer;  ///< RFC 6901; empty for the whole document and for
                        ///< files that are not JSON
  std::string message;

  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const problem&, const problem&) = default;
};

} // namespace spfblock::json
