// What is spoken at a port.
#pragma once

#include "core/protocols/dnsbl.hpp"
#include "core/protocols/door.hpp"

#include <memory>
#include <utility>

namespace spfblock::protocols {

/// A door, with what it has to know.
struct spoken {
  // Implicit: the other doors have to know nothing.
  // NOLINTNEXTLINE(google-explicit-constructor)
  spoken(door at) : kind{at} {}

  /// The door dnsbl for this one.
  explicit spoken(dnsbl of)
      : kind{door::dnsbl},
        list{std::make_shared<const dnsbl>(std::move(of))} {}

  /// Whether a client at the address is answered.
  [[nodiscard]] bool serves(const net::ip_address& client) const noexcept {
    return !list || list->serves(client);
  }

  friend bool operator==(const spoken& a, const spoken& b) {
    return a.kind == b.kind &&
           (a.list == b.list || (a.list && b.list && *a.list == *b.list));
  }

  door kind;
  std::shared_ptr<const dnsbl> list = nullptr; ///< of the door dnsbl, and only
};

} // namespace spfblock::protocols
