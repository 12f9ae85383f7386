// A load of lookups on one server: connections, requests, checked replies.
#pragma once

#include "tests/bench/request_book.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <netinet/in.h>
#include <optional>
#include <vector>

namespace spfblock::bench {

/// What became of a load.
struct load_result {
  std::uint64_t requests = 0; ///< replies that came and were right
  std::uint64_t wrong = 0;    ///< connections given up after a wrong octet
  std::uint64_t closed = 0;   ///< connections that the server closed
  /// From the time when a batch was due to its last reply.
  std::vector<std::chrono::nanoseconds> latencies;
};

/// Connections that are kept for the whole load, on the calling thread.
///
/// Without a rate each connection sends its next batch as soon as it has all
/// replies to the last one.  With a rate, batches are due at even intervals,
/// whatever the server does, and a late one is late from the time when it was
/// due: a server that stalls is charged with all that had to wait.
class load {
public:
  using clock = std::chrono::steady_clock;

  /// Connects.  Throws std::system_error.
  /// @param requests asked in turn, over and over; outlives the load
  /// @param batch how many are sent at once
  load(const sockaddr_in& to, std::size_t connections,
       const std::vector<request>& requests, std::size_t batch);
  ~load();
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  /// Sends and checks for a while.
  /// @param rate batches a second, or as many as possible
  load_result run(std::chrono::nanoseconds duration,
                  std::optional<double> rate);

private:
  /// One connection with at most one batch under way.
  struct connection {
    int number = -1;
    std::size_t next = 0;   ///< request to be sent, or that waits for a reply
    std::size_t left = 0;   ///< replies to come
    std::size_t octets = 0; ///< seen of the next one
    clock::time_point due{};
  };

  void connect(const sockaddr_in& to, connection& made);
  void send_batch(connection& by, clock::time_point due);
  void send_due(clock::time_point now);
  void receive(connection& by, bool restart);
  [[nodiscard]] bool check(connection& by, const char* octets,
                           std::size_t size);
  void give_up(connection& by);
  void wait(std::optional<clock::time_point> until);

  const std::vector<request>& requests_;
  std::size_t batch_;
  int epoll_;
  std::vector<connection> connections_;
  std::deque<connection*> idle_;
  std::optional<std::chrono::nanoseconds> interval_; ///< between batches
  clock::time_point next_due_{};
  load_result result_;
};

} // namespace spfblock::bench
