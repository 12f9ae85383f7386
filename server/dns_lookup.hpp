// One question on its way: moves octets and keeps time for a dns::exchange.
#pragma once

#include "core/dns/exchange.hpp"
#include "core/dns/query_account.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace spfblock::server {

/// What has been done for questions.
struct dns_totals {
  std::uint64_t questions = 0; ///< one that several have at once counts once
  std::uint64_t queries = 0;   ///< messages sent, all that follow included
  std::uint64_t retransmissions = 0; ///< datagrams sent once more
  std::uint64_t over_tcp = 0;        ///< queries over TCP
  std::uint64_t timeouts = 0;        ///< queries without an answer in time
  std::uint64_t answers = 0;         ///< questions that were answered
  std::uint64_t failures = 0;        ///< questions that were not
};

/// Performs the steps of an exchange, while they are paid for.
///
/// Each UDP step has a socket of its own, connected, so that the kernel picks
/// a random port, drops what comes from elsewhere and reports ICMP errors.
///
/// Keeps itself alive by the operations it has under way; each of them belongs
/// to a step of the exchange and is ignored if it ends after that step.
class dns_lookup : public std::enable_shared_from_this<dns_lookup> {
public:
  /// Why it is not under way any more.  It holds no descriptor then.
  enum class pause : std::uint8_t {
    finished,  ///< the exchange is
    timed_out, ///< the server was silent; another step is to follow
    unpaid,    ///< the account is spent; the step was not begun
  };

  /// @param longest_message octets of an answer over TCP
  /// @param totals are counted up while it is under way
  dns_lookup(boost::asio::io_context& io, dns::exchange exchange,
             std::size_t longest_message, dns_totals& totals);

  /// Performs the next step and those that follow it without a time-out.
  /// @param payer pays for each query
  /// @param then is called once, never from within this call
  /// @pre not under way, and the exchange is not finished
  void run(std::shared_ptr<dns::query_account> payer,
           std::function<void(pause)> then);

  /// Ends it, whatever is under way: `then` is not called any more.
  void stop();

  [[nodiscard]] dns::exchange& exchange() noexcept { return exchange_; }

private:
  using error_code = boost::system::error_code;

  /// Wraps a handler: it runs only while the present step lasts.
  template <class Handler>
  auto on_step(Handler handler) {
    return [self = shared_from_this(), step = step_,
            handler = std::move(handler)](error_code error, auto... rest) {
      if (step == self->step_)
        handler(error, rest...);
    };
  }
  template <class Handler>
  void post(Handler handler);

  void begin_step();
  void end_step();
  void proceed();
  void pause_for(pause why);
  void fail(const error_code& error);
  void fail_later(const error_code& error);
  void wait();
  void waited();

  void send_datagram();
  void resend_datagram();
  void receive_datagram();
  void open_stream();
  void send_over_stream();
  void receive_from_stream();
  void receive_message(std::size_t size);
  void received(std::size_t size, void (dns_lookup::*go_on)());

  boost::asio::ip::udp::socket udp_;
  boost::asio::ip::tcp::socket tcp_;
  boost::asio::steady_timer timer_;
  dns::exchange exchange_;
  std::size_t longest_message_;
  dns_totals& totals_;
  std::shared_ptr<dns::query_account> payer_;
  std::function<void(pause)> then_;
  std::chrono::steady_clock::time_point begun_; ///< when the step was
  std::vector<char> buffer_;
  unsigned step_ = 0;
};

} // namespace spfblock::server
