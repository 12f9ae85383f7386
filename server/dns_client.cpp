#include "server/dns_client.hpp"

#include "server/asio_endpoint.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string>
#include <vector>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;

/// One question on its way.  Keeps itself alive by the operations it has under
/// way; each of them belongs to a step of the exchange and is ignored if it
/// ends after that step.
class dns_client::lookup : public std::enable_shared_from_this<lookup> {
public:
  lookup(dns_client& client, job what)
      : client_{client.self_},
        settings_{client.settings_},
        done_{std::move(what.done)},
        udp_{client.io_},
        tcp_{client.io_},
        timer_{client.io_},
        exchange_{std::move(what.asked), settings_->exchange,
                  [self = client.self_] {
                    return *self != nullptr
                               ? static_cast<std::uint16_t>((*self)->random_())
                               : std::uint16_t{0};
                  }} {}

private:
  /// Wraps a handler: it runs only while the present step lasts.
  template <class Handler>
  auto on_step(Handler handler) {
    return [self = shared_from_this(), step = step_,
            handler = std::move(handler)](error_code error, auto... rest) {
      if (step == self->step_ && *self->client_ != nullptr)
        handler(error, rest...);
    };
  }

public:
  /// Performs the exchange's next step, or delivers its result.
  void proceed() {
    ++step_;
    close();
    if (*client_ == nullptr)
      return;
    if (exchange_.finished()) {
      (*client_)->queries_ += exchange_.queries();
      (*client_)->finished();
      done_(exchange_.result());
      return;
    }
    timer_.expires_after(settings_->timeout);
    timer_.async_wait(on_step([this](error_code error) {
      if (!error) {
        exchange_.timed_out();
        proceed();
      }
    }));
    if (exchange_.next().over == dns::exchange::transport::udp)
      send_datagram();
    else
      open_stream();
  }

private:
  void close() {
    error_code ignored;
    udp_.close(ignored);
    tcp_.close(ignored);
    timer_.cancel();
  }

  void fail(const error_code& error) {
    exchange_.failed(error.message());
    proceed();
  }

  /// Reports a failure from a fresh stack: a step that fails at once must not
  /// recurse through all servers.
  void fail_later(const error_code& error) {
    asio::post(udp_.get_executor(),
               [handler = on_step([this](error_code why) { fail(why); }),
                error] { handler(error); });
  }

  void send_datagram() {
    const auto& step = exchange_.next();
    const auto to = udp_endpoint(step.server);
    error_code error;
    udp_.open(to.protocol(), error);
    if (!error)
      udp_.connect(to, error);
    if (!error)
      udp_.send(asio::buffer(step.query), 0, error);
    if (error)
      return fail_later(error);
    receive_datagram();
  }

  void receive_datagram() {
    buffer_.resize(longest_datagram);
    udp_.async_receive(asio::buffer(buffer_),
                       on_step([this](error_code error, std::size_t size) {
                         if (error)
                           return fail(error);
                         if (exchange_.received({buffer_.data(), size}))
                           return proceed();
                         receive_datagram();
                       }));
  }

  void open_stream() {
    const auto to = tcp_endpoint(exchange_.next().server);
    tcp_.async_connect(to, on_step([this](error_code error) {
                         if (error)
                           return fail(error);
                         send_over_stream();
                       }));
  }

  /// Two octets of length in front of each message (RFC 1035 §4.2.2).
  void send_over_stream() {
    const std::string& query = exchange_.next().query;
    buffer_.assign({static_cast<char>(query.size() >> 8U),
                    static_cast<char>(query.size() & 255U)});
    buffer_.insert(buffer_.end(), query.begin(), query.end());
    asio::async_write(tcp_, asio::buffer(buffer_),
                      on_step([this](error_code error, std::size_t) {
                        if (error)
                          return fail(error);
                        receive_from_stream();
                      }));
  }

  void receive_from_stream() {
    buffer_.resize(2);
    asio::async_read(tcp_, asio::buffer(buffer_),
                     on_step([this](error_code error, std::size_t) {
                       if (error)
                         return fail(error);
                       const auto size = static_cast<std::size_t>(
                           static_cast<unsigned char>(buffer_[0]) * 256U +
                           static_cast<unsigned char>(buffer_[1]));
                       if (size > settings_->exchange.limits.octets) {
                         exchange_.failed("answer of " + std::to_string(size) +
                                          " octets is over the limit");
                         return proceed();
                       }
                       receive_message(size);
                     }));
  }

  void receive_message(std::size_t size) {
    buffer_.resize(size);
    asio::async_read(tcp_, asio::buffer(buffer_),
                     on_step([this](error_code error, std::size_t got) {
                       if (error)
                         return fail(error);
                       if (exchange_.received({buffer_.data(), got}))
                         return proceed();
                       receive_from_stream();
                     }));
  }

  /// More than EDNS offers, since some servers send more than was offered.
  static constexpr std::size_t longest_datagram = 4096;

  const std::shared_ptr<dns_client*> client_;
  const std::shared_ptr<const settings> settings_;
  std::function<void(const dns::answer&)> done_;
  asio::ip::udp::socket udp_;
  asio::ip::tcp::socket tcp_;
  asio::steady_timer timer_;
  dns::exchange exchange_;
  std::vector<char> buffer_;
  unsigned step_ = 0;
};

dns_client::dns_client(asio::io_context& io, settings by)
    : io_{io},
      settings_{std::make_shared<const settings>(std::move(by))},
      self_{std::make_shared<dns_client*>(this)} {}

dns_client::~dns_client() {
  *self_ = nullptr;
}

void dns_client::resolve(const dns::question& asked,
                         std::function<void(const dns::answer&)> done) {
  job next{asked, std::move(done)};
  if (active_ < settings_->in_flight)
    start(std::move(next));
  else
    waiting_.push_back(std::move(next));
}

void dns_client::start(job next) {
  ++active_;
  std::make_shared<lookup>(*this, std::move(next))->proceed();
}

void dns_client::finished() {
  --active_;
  if (waiting_.empty())
    return;
  job next = std::move(waiting_.front());
  waiting_.pop_front();
  start(std::move(next));
}

} // namespace spfblock::server
