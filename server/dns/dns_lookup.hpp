// One question on its way: moves octets and keeps time for a dns::exchange.
#pragma once

#include "core/dns/exchange.hpp"
#include "server/dns/datagram_sockets.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/system/lifetime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Performs the steps of an exchange.
///
/// Each UDP step has a socket to itself.  It is left to other questions if the
/// step ended with the first message that came, in answer to the one that was
/// sent; else another answer may be to come, and it is closed.
///
/// Keeps itself alive by the operations it has under way; each of them belongs
/// to a step of the exchange and is ignored if it ends after that step.
class dns_lookup final : public std::enable_shared_from_this<dns_lookup>,
                         public datagram_sockets::receiver {
public:
  /// Why it is not under way any more.  It holds no descriptor then.
  enum class pause : std::uint8_t {
    finished,  ///< the exchange is
    timed_out, ///< the server was silent; another step is to follow
  };

  /// @param sockets outlive what is under way
  /// @param holds what the exchange refers to
  /// @param longest_message octets of an answer over TCP
  /// @param totals are counted up while it is under way, and outlive that
  dns_lookup(boost::asio::io_context& io, datagram_sockets& sockets,
             dns::exchange exchange, std::shared_ptr<const void> holds,
             std::size_t longest_message, dns_totals& totals);

  /// Performs the next step and those that follow it without a time-out.
  /// @param then is called once, never from within this call
  /// @pre not under way, and the exchange is not finished
  void run(std::function<void(pause)> then);

  /// Ends it, whatever is under way: `then` is not called any more.
  void stop();

  [[nodiscard]] dns::exchange& exchange() noexcept { return exchange_; }

private:
  using error_code = boost::system::error_code;

  /// Wraps a handler: it runs only while the present step lasts.
  template <class Handler>
  auto on_step(Handler handler) {
    return step_.guarded(
        [self = shared_from_this(),
         handler = std::move(handler)](auto... given) { handler(given...); });
  }

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
  void received(std::string_view message) override;
  void failed(const error_code& error) override;
  void open_stream();
  void send_over_stream();
  void receive_from_stream();
  void receive_message(std::size_t size);
  bool ends_step(std::string_view message);

  boost::asio::io_context& io_;
  datagram_sockets& sockets_;
  datagram_sockets::lease udp_;
  bool sole_ = false; ///< one datagram sent, none received
  std::optional<boost::asio::ip::tcp::socket> tcp_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<const void> holds_;
  dns::exchange exchange_;
  std::size_t longest_message_;
  dns_totals& totals_;
  std::function<void(pause)> then_;
  std::chrono::steady_clock::time_point begun_; ///< when the step was
  std::vector<char> buffer_;                    ///< for TCP
  lifetime step_;                               ///< of the present step
};

} // namespace spfblock::server
