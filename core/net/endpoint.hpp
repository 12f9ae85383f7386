// Where a server listens or is asked: a numeric address and a port.
#pragma once

#include "core/net/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::net {

/// Numeric on purpose: Postfix runs chrooted and a name server is asked before
/// any name can be resolved.
struct endpoint {
  ip_address address;
  std::uint16_t port = 0;

  /// Parses "192.0.2.1:53" or "[2001:db8::1]:53"; where `default_port` is
  /// given, also "192.0.2.1", "[2001:db8::1]" and "2001:db8::1".
  ///
  /// Without brackets, all of an IPv6 text is the address and none of it a
  /// port: "::1:53" is the address ::1:53 where there is a default port, and
  /// otherwise an error that asks for brackets.  The port is 0 to 65535;
  /// whether 0 makes sense is the caller's.
  ///
  /// @return the endpoint, or errc::malformed (no numeric address, no port, no
  ///         brackets), or errc::out_of_range (port over 65535)
  static result<endpoint>
  parse(std::string_view text,
        std::optional<std::uint16_t> default_port = std::nullopt);

  /// As parse() reads it, always with the port.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

} // namespace spfblock::net
