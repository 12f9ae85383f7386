// How much an event matters: the severities of syslog(3) that are used.
#pragma once

#include <cstdint>

namespace spfblock {

/// The numbers are those of syslog(3) and of the `<N>` prefix of sd-daemon(3).
///
/// A promise: error = something asked for is not done; warning = done, but
/// worse than asked; notice = the state of the service changed; info = a
/// refresh, a reload; debug = each lookup, each look at a record.
enum class level : std::uint8_t {
  error = 3,
  warning = 4,
  notice = 5,
  info = 6,
  debug = 7,
};

} // namespace spfblock
