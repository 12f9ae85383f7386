// One expected failure: what went wrong, for the caller and for a person.
#pragma once

#include <cstddef>
#include <string>

namespace spfblock {

/// What went wrong, by how the caller must react to it.
enum class errc {
  malformed,      ///< breaks a grammar; permanent until the input changes
  out_of_range,   ///< well formed, but the value is not allowed
  limit_exceeded, ///< a processing limit was hit (RFC 7208 §4.6.4, or ours)
  temporary,      ///< the same call may succeed later (RFC 7208 §2.6.6)
};

/// A failure that a caller expects and handles.
///
/// The message is a clause without a period that names the finding and, if
/// known, the remedy.  Text that came from outside stands in it only after
/// `printable()` or `in_quotes()` (core/support/text.hpp).
struct failure {
  errc code = errc::malformed;
  std::string message;
  /// Where in the parsed text the finding starts, in bytes; 0 if that says
  /// nothing.
  std::size_t offset = 0;

  friend bool operator==(const failure&, const failure&) = default;
};

} // namespace spfblock
