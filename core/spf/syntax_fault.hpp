// What is wrong with a part of a record, as its parsers say it.
#pragma once

#include "core/support/failure.hpp"
#include "core/support/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::spf {

/// A syntax error (RFC 7208 §4.6): errc::malformed.
/// @param offset of the faulty octet, from the beginning of what was parsed
[[nodiscard]] inline failure malformed(std::string message,
                                       std::size_t offset = 0) {
  return {errc::malformed, std::move(message), offset};
}

/// A faulty part in a message: safe, in quotes, at most 64 octets of it.
[[nodiscard]] inline std::string shown(std::string_view text) {
  return in_quotes(text, 64);
}

} // namespace spfblock::spf
