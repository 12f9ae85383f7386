// How much a network may be answered: who forges its addresses is to get no
// help in flooding it.
#pragma once

#include "core/net/ip_address.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace spfblock::protocols {

/// Response rate limiting, as name servers have it against reflection.
///
/// Counts the answers to each client network, 24 bits of IPv4 and 56 of IPv6,
/// in each second.  Networks share a few thousand counters, so that a flood
/// from any number of them takes no memory: some may be capped together.
///
/// Loopback is not capped: nobody else can come from there.
class answer_cap {
public:
  /// Answers in a second.
  static constexpr std::uint16_t most = 1000;

  enum class verdict : std::uint8_t {
    answer,
    by_tcp, ///< a datagram no longer than the question: who is there comes
            ///< again
    nothing,
  };

  /// @param secret spreads the networks over the counters
  explicit answer_cap(std::uint64_t secret) noexcept : secret_{secret} {}

  /// What is due to a question of the client.
  /// @param now of any clock that goes forward
  [[nodiscard]] verdict admit(const net::ip_address& client,
                              std::chrono::seconds now) noexcept;

private:
  [[nodiscard]] std::size_t place_of(const net::ip_address& client) const;

  std::uint64_t secret_;
  std::chrono::seconds second_{};
  std::array<std::uint16_t, 4096> answers_{};
};

} // namespace spfblock::protocols
