// Bad and wanted mail from some networks, whoever's name it had.
#pragma once

#include "core/net/address_set.hpp"
#include "core/suggest/evidence.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace spfblock::suggest {

struct traffic {
  /// Hosts with bad mail that are told apart.
  static constexpr std::size_t most_hosts = 1'000;

  std::uint64_t bad = 0;
  std::uint64_t wanted = 0;
  /// Registrable domains with wanted mail; those beyond `host::most_senders` of
  /// one host are not counted.
  std::size_t wanted_senders = 0;
  /// Who sent the bad mail, and how much; ascending.
  std::vector<std::pair<net::ip_address, std::uint64_t>> hosts{};

  friend bool operator==(const traffic&, const traffic&) = default;
};

/// Hosts, ascending.
using sorted_hosts = std::vector<std::pair<net::ip_address, const host*>>;

/// Valid until the next evidence::take().
[[nodiscard]] sorted_hosts sorted(const evidence::hosts_by_address& hosts);

/// O(prefixes * log hosts), and the hosts in them.
[[nodiscard]] traffic traffic_from(const net::address_set& networks,
                                   const sorted_hosts& hosts);

/// Wanted senders in the networks of a suggestion that are no reason against it
/// yet.
inline constexpr std::size_t few_senders = 2;
/// The same of wanted mails, however many bad ones there are: who sends a
/// thousand does not outweigh an innocent whose networks he authorises.
inline constexpr std::uint64_t few_mails = 10;

/// Whether there was more than hardly any wanted mail.
[[nodiscard]] constexpr bool is_wanted(const traffic& of) noexcept {
  return of.wanted_senders > few_senders || of.wanted > few_mails ||
         of.wanted * bad_for_each_wanted > of.bad;
}

} // namespace spfblock::suggest
