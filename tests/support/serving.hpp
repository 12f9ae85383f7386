// A serving thread with a table of one network, and blocking clients.
#pragma once

#include "server/serving/serving_thread.hpp"
#include "server/system/asio_endpoint.hpp"
#include "server/system/listening_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/socket.h>

namespace spfblock::testing {

/// @param action with {domain} for x.example
inline std::shared_ptr<const table::snapshot>
table_with(const char* network, const char* action = "REJECT {domain}") {
  const auto parsed = table::action::parse(action);
  return std::make_shared<const table::snapshot>(
      std::vector<table::listing>{{"x.example",
                                   parsed->bind("x.example"),
                                   {*net::ip_prefix::parse(network)}}});
}

/// A blocking client with a receive time-out.
class client {
public:
  client(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& at)
      : socket_{io} {
    socket_.connect(at);
    socket_.set_option(boost::asio::ip::tcp::no_delay{true});
    const timeval limit{10, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit,
               sizeof limit);
  }

  void send(const std::string& text) {
    boost::asio::write(socket_, boost::asio::buffer(text));
  }

  /// The next line without its LF, or "error: " and what happened.
  std::string line() {
    boost::system::error_code error;
    const auto size = boost::asio::read_until(
        socket_, boost::asio::dynamic_buffer(received_), '\n', error);
    if (error)
      return "error: " + error.message();
    std::string line = received_.substr(0, size - 1);
    received_.erase(0, size);
    return line;
  }

  std::string ask(const std::string& key) {
    send("get " + key + "\n");
    return line();
  }

  [[nodiscard]] int number() { return socket_.native_handle(); }

private:
  boost::asio::ip::tcp::socket socket_;
  std::string received_;
};

/// Any free port of loopback.
inline const net::endpoint any_port{net::ip_address::ipv4(0x7f000001), 0};

/// What a service manager holds.
struct held_socket {
  held_socket() {
    auto opened = *server::listening_sockets::open(any_port, 1);
    at = server::tcp_endpoint(*opened.address().tcp());
    number = std::move(opened.release().front());
  }

  boost::asio::ip::tcp::endpoint at;
  server::descriptor number;
};

/// A serving thread on a free port of loopback.
struct served_table {
  served_table() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    auto sockets = *server::listening_sockets::open(any_port, 1);
    at = server::tcp_endpoint(*sockets.address().tcp());
    thread.listen({number, protocols::door::tcp_table,
                   std::move(sockets.release().front())});
  }

  /// How many there were so far.
  [[nodiscard]] std::uint64_t counted(protocols::count of) const {
    return thread.totals().so_far()[of];
  }

  static constexpr unsigned number = 1; ///< of its socket

  server::log_sink log;
  server::published<table::snapshot> table{table_with("192.0.2.0/24")};
  server::connection_limit limit;
  std::atomic<bool> log_hits = false;
  boost::asio::io_context io;
  boost::asio::ip::tcp::endpoint at;
  server::serving_thread thread{table, log, limit, log_hits};
};

} // namespace spfblock::testing
