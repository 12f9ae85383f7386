// Which networks delivered wanted mail.
#pragma once

#include "core/config/seen_list.hpp"
#include "core/maillog/mail.hpp"
#include "core/net/address_set.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <vector>

namespace spfblock::reports {

/// Collects them from the mails of a log, into what is known from others.
///
/// Wanted is mail that was delivered, that no content filter took for spam, and
/// that came neither from a client that had logged in nor from our own hosts.
/// It is as good as the filter: without one, delivered spam is wanted, too.
///
/// A network is the one host: an IPv4 address, or a /64 of IPv6, as a host is
/// given it.  A wider one would guard a spammer's neighbours, and with them
/// him.
///
/// A mail that a former run has counted is not counted again: within the time
/// that is known of a network all of it is taken for counted.  So a log may be
/// read twice, and logs in any order; the number is a lower bound where two of
/// them overlap.
///
/// Bounded: of more networks those with the fewest mails go first, of these the
/// longest unseen.  So a flood of hosts drives out no partner.
class wanted_mail {
public:
  /// @param own never taken in: our own hosts
  /// @param known what former runs found; struck ones stay as they are
  explicit wanted_mail(net::address_set own,
                       const std::vector<config::seen_network>& known = {},
                       std::size_t most = config::most_seen_networks);

  /// A mail whose time the log does not tell is left out.
  void take(const maillog::mail& next);

  /// Forgets what delivered nothing since; but struck ones stay.
  void forget_before(std::chrono::sys_seconds time);

  /// All, ascending; those over the bound are gone.
  [[nodiscard]] std::vector<config::seen_network> networks();

  /// How many there are that no former run knew.
  [[nodiscard]] std::size_t added() const;

private:
  struct entry {
    config::seen_network seen;
    std::chrono::sys_seconds known_first{};
    std::chrono::sys_seconds known_last{};
    bool is_known = false; ///< by a former run, for the time in between
  };

  void bound();

  net::address_set own_;
  std::map<net::ip_prefix, entry> entries_;
  std::size_t most_;
};

} // namespace spfblock::reports
