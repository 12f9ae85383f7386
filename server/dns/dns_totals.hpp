// What has been done for DNS questions, counted.
#pragma once

#include "core/dns/outcome.hpp"
#include "core/net/scoped_endpoint.hpp"
#include "core/support/histogram.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace spfblock::server {

/// Totals of one DNS client after another: a reload replaces the client, not
/// these.  Belong to the thread that asks.
struct dns_totals {
  /// Whom the present client asks, in order; empty for a zone file.
  std::vector<net::scoped_endpoint> servers;
  std::uint64_t questions = 0; ///< one that several have at once counts once
  std::uint64_t queries = 0;   ///< messages sent, all that follow included
  std::uint64_t retransmissions = 0; ///< datagrams sent once more
  std::uint64_t over_tcp = 0;        ///< queries over TCP
  std::uint64_t timeouts = 0;        ///< queries without an answer in time
  std::uint64_t ignored = 0;  ///< messages that did not belong to the query
  std::uint64_t answers = 0;  ///< questions that were answered
  std::uint64_t failures = 0; ///< questions that were not
  /// Questions by index_of() of their outcome.
  std::array<std::uint64_t, dns::outcome_words.size()> by_outcome{};
  /// Seconds from a query to the message that answers it, whatever it says; a
  /// connection and datagrams that were sent again included.
  histogram answer_seconds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                           0.1,   0.2,   0.5,   1,    2,    5};
};

} // namespace spfblock::server
