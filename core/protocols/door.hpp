// The protocols in which clients ask.
#pragma once

#include <cstdint>

namespace spfblock::protocols {

/// What is spoken at a port.
enum class door : std::uint8_t {
  tcp_table, ///< tcp_table(5) of Postfix
};

} // namespace spfblock::protocols
