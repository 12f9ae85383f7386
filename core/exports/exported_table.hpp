// The table as other programs are given it: every network with what is said
// about it, and what lies in what.
#pragma once

#include "core/net/address_set.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/table/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::exports {

/// One network of the table.
struct exported_network {
  net::ip_prefix network;
  const table::listing* by = nullptr; ///< never null
  bool blocks = false;                ///< whether the action does
  /// Index of the most specific network around this one.
  std::optional<std::uint32_t> outer{};
};

/// What the server answers, as a list: for an address the most specific network
/// that contains it.
///
/// Thread safety: immutable.
class exported_table {
public:
  /// @param of outlives the table
  explicit exported_table(const table::snapshot& of);

  /// Each network once, in the order of ip_prefix: a network stands before the
  /// more specific ones within it.
  [[nodiscard]] const std::vector<exported_network>& networks() const noexcept {
    return networks_;
  }
  [[nodiscard]] std::size_t ipv4_networks() const noexcept { return ipv4_; }
  [[nodiscard]] std::size_t ipv6_networks() const noexcept {
    return networks_.size() - ipv4_;
  }

  /// How many networks have an action that does not block.
  [[nodiscard]] std::size_t not_blocking() const;

  /// The addresses that the server answers with an action that blocks.
  [[nodiscard]] net::address_set blocked() const;

private:
  void find_outer_networks();

  std::vector<exported_network> networks_;
  std::size_t ipv4_ = 0;
};

/// The action for the addresses of `part`, which lies in the network.
/// `{address}` is filled in where `part` is a single address; a file cannot
/// know it otherwise, so the network stands for it.
[[nodiscard]] std::string action_text(const exported_network& of,
                                      const net::ip_prefix& part);

/// As above, for all of the network.
[[nodiscard]] std::string action_text(const exported_network& of);

/// Whether both are answered alike.
[[nodiscard]] inline bool same_action(const exported_network& a,
                                      const exported_network& b) {
  return action_text(a) == action_text(b);
}

} // namespace spfblock::exports
