// The brake on a listing that grows: what is new waits, what was there stays.
#pragma once

#include "core/config/settings.hpp"
#include "core/domains/limits.hpp"
#include "core/net/address_set.hpp"
#include "core/support/shared_constant.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace spfblock::domains {

/// What a growth_brake knows, its times as the calendar has them: what of it
/// survives a restart.  Regular value type.
struct growth_history {
  /// What was listed from a time on.
  struct listed_set {
    shared_constant<net::address_set> addresses;
    std::chrono::sys_seconds since{};

    friend bool operator==(const listed_set&, const listed_set&) = default;
  };

  /// What was found first at about the same time.
  struct found_set {
    net::address_set addresses;
    std::chrono::sys_seconds begun{};
    std::chrono::sys_seconds ended{};

    friend bool operator==(const found_set&, const found_set&) = default;
  };

  std::optional<listed_set> recent;
  shared_constant<net::address_set> before;
  shared_constant<net::address_set> waited;
  std::vector<found_set> waiting; ///< disjoint; the oldest first

  friend bool operator==(const growth_history&,
                         const growth_history&) = default;
};

/// What was listed of one domain, and what waits to be.
///
/// Growth is what a look would list that was not listed `growth_wait` ago, so
/// that small steps add up.  Where it is more than `growth` times as much as
/// was listed then, and more than `growth_floor`, in IPv4 addresses or in IPv6
/// networks of 64 bits, the new addresses of that family are held: they are
/// listed when a look at least `growth_wait` after the one that found them
/// first finds them again.  A look in between that does not find them changes
/// nothing, or else a record that alternates would never be listed.
///
/// An exchange for as many others is no growth, and a first look has nothing to
/// grow from.  Not thread-safe; a regular value type.
class growth_brake {
public:
  /// A look at the domain.
  struct look {
    const net::address_set& found;    ///< and allowed by nobody
    const net::address_set& listable; ///< what of it the limits leave, by which
                                      ///< growth is measured
    const shared_constant<net::address_set>& listed; ///< until now
    moment listed_since; ///< the last look that was answered
  };

  /// What of a look has to wait.
  /// @param forget_after how long what is not found again is remembered, after
  ///        it could have been listed
  /// @return nothing, or how much is new and which addresses of `found` wait;
  ///         the rest of it was listed before or has waited
  [[nodiscard]] std::optional<refusal> hold(const look& at,
                                            const config::limit_settings& by,
                                            std::chrono::seconds forget_after,
                                            moment now);

  /// What is to survive a restart, which is no way past the brake.
  [[nodiscard]] growth_history history(timestamp now) const;

  /// Goes on where an earlier process was.  Ages count on.
  void recall(growth_history of, timestamp now);

  /// When the first of what waits will have waited long enough.
  [[nodiscard]] std::optional<moment> ripe_at(const config::limit_settings& by,
                                              moment now) const;

private:
  /// What was listed from a moment on.
  struct snapshot {
    shared_constant<net::address_set> addresses;
    moment since;
  };

  /// Addresses that were found first at about the same time.
  struct generation {
    net::address_set addresses;
    moment begun; ///< the first of them was found
    moment ended; ///< the last of them was: since then all have waited
  };

  void take_snapshots(const look& at, const config::limit_settings& by,
                      moment now);
  void forget(std::chrono::seconds after, moment now);
  [[nodiscard]] net::address_set ripe(const config::limit_settings& by,
                                      moment now) const;
  void remember(const net::address_set& waiting,
                const config::limit_settings& by, moment now);
  void bound(const config::limit_settings& by);
  void take_off(const net::address_set& listed);

  std::optional<snapshot> recent_;
  /// What was listed `growth_wait` ago, or the oldest that is known.
  shared_constant<net::address_set> before_;
  /// And is listed, but was not then.
  shared_constant<net::address_set> waited_;
  /// Disjoint; the oldest first.  At most 8, and twice `networks` prefixes.
  std::vector<generation> waiting_;
};

} // namespace spfblock::domains
