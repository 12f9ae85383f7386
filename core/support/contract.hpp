// Preconditions that are checked in every build type.
#pragma once

namespace spfblock {

/// Says which condition was broken, and where, on stderr and aborts (a core
/// dump is the report).  Never returns.
[[noreturn]] void contract_broken(const char* condition, const char* file,
                                  int line) noexcept;

} // namespace spfblock

/// Stops the process unless `condition` holds: for bugs, never for input.
#define EXPECTS(condition)                                                     \
  (static_cast<bool>(condition)                                                \
       ? static_cast<void>(0)                                                  \
       : ::spfblock::contract_broken(#condition, __FILE__, __LINE__))
