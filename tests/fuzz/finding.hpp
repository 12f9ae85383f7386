// How a fuzzer says that something does not hold.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace spfblock::fuzz {

/// Ends the process, so that libFuzzer keeps the input, unless `holds`.
/// @param claim what should hold
inline void require(bool holds, std::string_view claim) {
  if (holds)
    return;
  std::fprintf(stderr, "\nDOES NOT HOLD: %.*s\n",
               static_cast<int>(claim.size()), claim.data());
  std::abort();
}

/// The octets that libFuzzer gave.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Whether all of it is printable ASCII: safe for a log or a terminal.
inline bool is_printable(std::string_view text) {
  for (const char c : text)
    if (c < ' ' || c > '~')
      return false;
  return true;
}

} // namespace spfblock::fuzz
