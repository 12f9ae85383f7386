// Numbers in a DNS message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spfblock::dns {

/// @pre there is an octet at `at`
[[nodiscard]] inline std::uint8_t octet_at(std::string_view message,
                                           std::size_t at) {
  return static_cast<std::uint8_t>(message[at]);
}

/// A number of 16 bits in network order.
/// @pre there are two octets from `at` on
[[nodiscard]] inline std::uint16_t number_at(std::string_view message,
                                             std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(message, at) << 8U |
                                    octet_at(message, at + 1));
}

} // namespace spfblock::dns
