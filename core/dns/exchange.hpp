// One question and its way to an answer: attempts, time-outs, next server, TCP
// after truncation or forgeries, without EDNS where a server refuses it.  Sans
// I/O: the shell moves the octets and keeps the time.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/message.hpp"
#include "core/dns/outcome.hpp"
#include "core/dns/question.hpp"
#include "core/dns/retransmission.hpp"
#include "core/dns/round_trip.hpp"
#include "core/dns/wire_check.hpp"
#include "core/net/scoped_endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::dns {

/// How questions are asked.
struct exchange_settings {
  /// At least one, in order of preference.
  std::vector<net::scoped_endpoint> servers;
  unsigned attempts = 3; ///< rounds over all servers, at least 1
  std::chrono::milliseconds timeout{2000}; ///< of each step, positive
  wire_limits limits;
};

/// The life of one question, driven by the shell.
///
/// The shell performs next() until the exchange is finished(): it sends `query`
/// to `server` over the transport named.  Then it tells what happens: messages
/// by received(), silence by waited(), errors by failed().  A step is over
/// `timeout` after its sending at the latest, however many messages that are
/// not ours arrive; a datagram may be sent again meanwhile
/// (retransmission.hpp).
///
/// Over UDP the first most_ignored messages that are not ours are passed over:
/// a network may deliver an answer twice.  One more, and somebody is guessing,
/// or floods what should hold the answer: the question is asked over TCP, where
/// a forger must hit the sequence numbers, too (RFC 5452 §9).
///
/// Servers are tried in order, and the whole list `attempts` times.  A server
/// that answered unusably is not asked again, nor is one that gave an error
/// code, unless no other one is left: what keeps the only server from an answer
/// may pass.  When none is left the exchange ends early.  TCP (from UDP, at
/// most once a round) and a repetition without EDNS (at most once; it is
/// remembered) go to the same server and do not count as attempts: at most 3
/// steps a server and round.
class exchange {
public:
  enum class transport : std::uint8_t { udp, tcp };

  /// What the shell must do next.
  struct step {
    net::scoped_endpoint server;
    transport over = transport::udp;
    std::string query; ///< wire format, without the length prefix of TCP
  };

  using verdict = retransmission::verdict;

  /// What a message did.
  enum class effect : std::uint8_t {
    ignored,    ///< not ours: go on waiting
    distrusted, ///< not ours, one too many: the step is over
    taken,      ///< ours: the step is over
  };

  /// Messages over UDP that are not ours and do not end a step.
  static constexpr unsigned most_ignored = 4;

  /// @param settings outlives the exchange
  /// @param measured round trips of settings.servers, in that order; are read
  ///        and added to; outlive the exchange
  /// @param random_id gives an unpredictable 16-bit number at each call
  /// @pre settings names a server
  exchange(question asked, const exchange_settings& settings,
           std::vector<round_trip>& measured,
           std::function<std::uint16_t()> random_id);

  [[nodiscard]] bool finished() const noexcept { return finished_; }

  /// What to send now.
  /// @pre not finished()
  [[nodiscard]] const step& next() const noexcept { return step_; }

  /// How long to wait for a message now, from the last sending or waited() on.
  /// @pre not finished()
  [[nodiscard]] duration wait() const noexcept { return silence_.wait(); }

  /// wait() has gone by.
  /// @return `resend`: send next() once more, on the same socket;
  ///         `wait`: go on waiting; both for another wait();
  ///         `over`: perform next() or take the result()
  verdict waited();

  /// Takes a message that came from next().server over its transport.
  /// @param after the time since next() was sent first, for `measured`
  /// @return if not `ignored`: perform next() or take the result()
  effect received(std::string_view message, duration after);

  /// The step cannot be done: "Connection refused", "connection closed".
  /// @param as what counts if nothing better follows
  void failed(std::string_view reason,
              dns::outcome as = dns::outcome::unreachable);

  /// The answer; of status `failed`, with the last reason and server, if no
  /// server gave one.
  /// @pre finished()
  [[nodiscard]] const answer& result() const noexcept;

  /// How it ended.
  /// @pre finished()
  [[nodiscard]] dns::outcome outcome() const noexcept;

  /// How many queries were to be sent so far: steps and resends.
  [[nodiscard]] unsigned queries() const noexcept { return queries_; }

private:
  struct server_state {
    bool usable = true;
    edns with_edns = edns::on;
  };

  void send(transport over);
  effect ignore();
  void measure(duration after);
  void try_next_server(std::string_view reason, dns::outcome as);
  void drop_server(std::string_view reason, dns::outcome as);
  void pass_over_error(std::string_view reason);
  [[nodiscard]] bool is_last() const;
  void finish(answer with, dns::outcome as);

  question asked_;
  const exchange_settings* settings_;
  std::vector<round_trip>* measured_;
  std::function<std::uint16_t()> random_id_;
  std::vector<server_state> servers_; ///< as settings_->servers
  std::size_t current_ = 0;           ///< index into both
  unsigned round_ = 0;
  std::uint16_t id_ = 0; ///< of step_.query
  unsigned ignored_ = 0; ///< messages since it was sent first
  bool finished_ = false;
  step step_;
  retransmission silence_; ///< after step_.query
  unsigned queries_ = 0;
  answer result_;
  dns::outcome outcome_ = dns::outcome::timeout; ///< once finished_
};

} // namespace spfblock::dns
