// The interfaces of this machine.
#pragma once

#include <cstdint>
#include <string>

namespace spfblock::server {

/// The number by which the kernel knows an interface that is there at this
/// moment (RFC 4007 §11.2, if_nametoindex(3)).
/// @param interface its name, or its number in decimal digits
/// @return 0 where there is none
[[nodiscard]] std::uint32_t interface_number(const std::string& interface);

} // namespace spfblock::server
