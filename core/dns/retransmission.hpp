// When a datagram without an answer is sent again, and when its time is over.
#pragma once

#include "core/dns/round_trip.hpp"

#include <cstdint>
#include <optional>

namespace spfblock::dns {

/// The wait for the answer to one datagram.  Sans clock: it says how long to
/// wait and is told when that time has gone by.
///
/// The datagram is sent again, the same octets on the same socket, after the
/// patience of its server, after as long again, then after twice as long, and
/// so on for a few times: so one that is lost, or lost twice, costs little.  An
/// answer to any of them counts until `timeout` after the first sending: so a
/// server that is slow for this one name still gets its say.
///
/// While nothing is known of the server, the datagram is not sent again; but
/// from time to time it is looked whether an answer to another question has
/// changed that.
class retransmission {
public:
  enum class verdict : std::uint8_t {
    wait,   ///< go on waiting, for another wait()
    resend, ///< send the datagram again, then the same
    over,   ///< `timeout` has gone by
  };

  /// The datagram is being sent now.
  /// @param to outlives this; its changes count from the next wait on
  /// @param timeout positive
  /// @param most_resends how often it is sent again, at most; below 16
  retransmission(const round_trip& to, duration timeout, unsigned most_resends);

  /// How long to wait for an answer now.
  [[nodiscard]] duration wait() const noexcept { return wait_; }

  /// wait() has gone by without one.
  /// @pre the last verdict was not `over`
  [[nodiscard]] verdict waited() noexcept;

  /// Whether the datagram was to be sent again.
  [[nodiscard]] bool resent() const noexcept { return resends_ > 0; }

private:
  void plan() noexcept;
  [[nodiscard]] std::optional<duration> patience() const noexcept;

  const round_trip* to_;
  duration timeout_;
  unsigned most_resends_;
  duration passed_{0}; ///< since the datagram was sent first
  duration quiet_{0};  ///< since it was sent last
  duration wait_{0};
  duration look_ = shortest_patience; ///< while nothing is known; doubles
  unsigned resends_ = 0;
};

} // namespace spfblock::dns
