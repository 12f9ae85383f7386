// An endpoint on a link, which only one interface leads to.
#pragma once

#include "core/net/endpoint.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace spfblock::net {

/// An endpoint, with the interface that leads to it where its address is
/// link-local (RFC 4007 §11): the same address may be another machine on each.
struct scoped_endpoint {
  endpoint at;
  std::string interface; ///< its name or number; empty: whichever

  scoped_endpoint() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): most have no interface
  scoped_endpoint(endpoint where, std::string by = {}) : at{where}, interface {
    std::move(by)
  } {
  }

  /// Parses what endpoint::parse() does, with "%INTERFACE" behind an address of
  /// fe80::/10: "fe80::1%eth0", "[fe80::1%eth0]:53".
  ///
  /// @return the endpoint, or a failure as endpoint::parse(), or
  ///         errc::malformed for an interface of another address, or one that
  ///         no interface can have
  static result<scoped_endpoint>
  parse(std::string_view text,
        std::optional<std::uint16_t> default_port = std::nullopt);

  /// Whether its address is link-local and no interface is named: the kernel
  /// sends nothing there.
  [[nodiscard]] bool lacks_interface() const;

  /// As parse() reads it, always with the port.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const scoped_endpoint&,
                         const scoped_endpoint&) = default;
};

} // namespace spfblock::net
