// Where a server listens: a port of an address, or a UNIX socket.
#pragma once

#include "core/net/endpoint.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace spfblock::net {

/// A TCP endpoint, or the path of a UNIX socket.
class socket_address {
public:
  /// Octets of a path that every system takes (unix(4) of FreeBSD, unix(7)).
  static constexpr std::size_t longest_path = 103;

  /// Port 0 of no address in particular.
  socket_address() = default;

  // Implicit: it is one.
  // NOLINTNEXTLINE(google-explicit-constructor)
  socket_address(const endpoint& at) : where_{at} {}

  /// @param path as the system has it
  [[nodiscard]] static socket_address at_path(std::string path) {
    socket_address made;
    made.where_ = std::move(path);
    return made;
  }

  /// Parses "unix:/PATH", and what endpoint::parse() does.  A path has one
  /// written form: it is absolute, ends in a name, has no component that is
  /// empty, "." or "..", no control characters and at most `longest_path`
  /// octets.
  /// @return errc::malformed or errc::out_of_range, with what is wrong
  static result<socket_address> parse(std::string_view text);

  /// @return null of a UNIX socket
  [[nodiscard]] const endpoint* tcp() const noexcept {
    return std::get_if<endpoint>(&where_);
  }

  /// @return null of a TCP endpoint
  [[nodiscard]] const std::string* path() const noexcept {
    return std::get_if<std::string>(&where_);
  }

  /// As parse() reads it.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const socket_address&,
                         const socket_address&) = default;

private:
  std::variant<endpoint, std::string> where_;
};

} // namespace spfblock::net
