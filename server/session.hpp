// One client connection: moves octets for a conversation.
#pragma once

#include "core/table/snapshot.hpp"
#include "core/tcp_table/conversation.hpp"
#include "server/log_sink.hpp"
#include "server/published.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace spfblock::server {

/// Totals of a serving thread, written by it and read by others.
struct serving_totals {
  std::atomic<std::uint64_t> connections = 0; ///< accepted so far
  std::atomic<std::uint64_t> found = 0;
  std::atomic<std::uint64_t> not_found = 0;
  std::atomic<std::uint64_t> refused = 0;

  void add(const tcp_table::counts& more) noexcept;
};

/// What the sessions of one thread share.
struct session_context {
  view<table::snapshot> table;
  serving_totals& totals;
  const log_sink& log;
  /// Whether each address found is told at level info instead of debug.
  std::atomic<bool>& log_hits;
};

/// Reads what is there, answers all complete requests in one write, reads
/// again.  While a reply cannot be sent nothing is read, so a client that does
/// not read costs no more than one batch of replies.
///
/// Never closes an idle connection: that would cost the next mail a second
/// (Postfix dict_tcp.c).  Dead peers are found by TCP keepalive.
///
/// Belongs to the thread of its socket; kept alive by its operations.
class session : public std::enable_shared_from_this<session> {
public:
  /// Called once when the session ends.
  using ended = std::function<void(session&)>;

  session(boost::asio::ip::tcp::socket socket, session_context& context,
          ended on_end);

  void start();

  /// Answers what was received already, then ends.
  void finish();

  /// Ends at once.
  void close();

private:
  void read();
  void answer(std::size_t size);
  void end();

  boost::asio::ip::tcp::socket socket_;
  session_context& context_;
  ended on_end_;
  tcp_table::conversation conversation_;
  std::string replies_;
  std::array<char, 4096>
      received_; // NOLINT(cppcoreguidelines-pro-type-member-init)
};

} // namespace spfblock::server
