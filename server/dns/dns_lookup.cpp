#include "server/dns/dns_lookup.hpp"

#include "core/support/contract.hpp"
#include "server/system/asio_endpoint.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <string>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

dns_lookup::dns_lookup(asio::io_context& io, datagram_sockets& sockets,
                       dns::exchange exchange,
                       std::shared_ptr<const void> holds,
                       std::size_t longest_message, dns_totals& totals)
    : io_{io},
      sockets_{sockets},
      timer_{io},
      holds_{std::move(holds)},
      exchange_{std::move(exchange)},
      longest_message_{longest_message},
      totals_{totals} {}

// Steps --------------------------------------------------------------------

void dns_lookup::run(std::function<void(pause)> then) {
  EXPECTS(!then_ && !exchange_.finished());
  then_ = std::move(then);
  begin_step();
}

void dns_lookup::stop() {
  end_step();
  then_ = nullptr;
}

void dns_lookup::begin_step() {
  ++totals_.queries;
  begun_ = clock::now();
  wait();
  if (exchange_.next().over == dns::exchange::transport::udp)
    return send_datagram();
  ++totals_.over_tcp;
  open_stream();
}

void dns_lookup::end_step() {
  step_.end();
  udp_.close();
  if (tcp_) {
    error_code ignored;
    tcp_->close(ignored);
  }
  timer_.cancel();
}

/// The step is over: performs the next one, or pauses.
void dns_lookup::proceed() {
  end_step();
  if (exchange_.finished())
    pause_for(pause::finished);
  else
    begin_step();
}

void dns_lookup::pause_for(pause why) {
  end_step();
  std::exchange(then_, nullptr)(why);
}

void dns_lookup::fail(const error_code& error) {
  exchange_.failed(error.message());
  proceed();
}

/// From a fresh stack: what fails at once must not recurse through all servers.
void dns_lookup::fail_later(const error_code& error) {
  asio::post(io_, on_step([this, error] { fail(error); }));
}

// Time ---------------------------------------------------------------------

void dns_lookup::wait() {
  timer_.expires_after(exchange_.wait());
  timer_.async_wait(on_step([this](error_code error) {
    if (!error)
      waited();
  }));
}

void dns_lookup::waited() {
  switch (exchange_.waited()) {
  case dns::exchange::verdict::wait: return wait();
  case dns::exchange::verdict::resend: return resend_datagram();
  case dns::exchange::verdict::over: break;
  }
  ++totals_.timeouts;
  pause_for(exchange_.finished() ? pause::finished : pause::timed_out);
}

// UDP ----------------------------------------------------------------------

void dns_lookup::send_datagram() {
  const auto& step = exchange_.next();
  error_code error;
  udp_ = sockets_.open(step.server, step.query, shared_from_this(), error);
  sole_ = true;
  if (error)
    fail_later(error);
}

/// Not if a message is there already, after a time in which this thread was
/// busy.
void dns_lookup::resend_datagram() {
  if (!udp_.has_message()) {
    ++totals_.queries;
    ++totals_.retransmissions;
    sole_ = false;
    if (const auto error = udp_.send(exchange_.next().query))
      return fail(error);
  }
  wait();
}

void dns_lookup::received(std::string_view message) {
  const bool first = std::exchange(sole_, false);
  if (!ends_step(message))
    return;
  if (first)
    udp_.give_back();
  proceed();
}

void dns_lookup::failed(const error_code& error) {
  fail(error);
}

// Answers ------------------------------------------------------------------

/// Whether the step is over by the message.
bool dns_lookup::ends_step(std::string_view message) {
  const auto after =
      std::chrono::duration_cast<dns::duration>(clock::now() - begun_);
  const auto did = exchange_.received(message, after);
  if (did == dns::exchange::effect::taken)
    totals_.answer_seconds.add(std::chrono::duration<double>(after).count());
  else
    ++totals_.ignored;
  return did != dns::exchange::effect::ignored;
}

// TCP ----------------------------------------------------------------------

void dns_lookup::open_stream() {
  const auto to = tcp_endpoint(exchange_.next().server);
  if (!tcp_)
    tcp_.emplace(io_);
  tcp_->async_connect(to, on_step([this](error_code error) {
                        if (error)
                          return fail(error);
                        send_over_stream();
                      }));
}

/// Two octets of length in front of each message (RFC 1035 §4.2.2).
void dns_lookup::send_over_stream() {
  const std::string& query = exchange_.next().query;
  buffer_.assign({static_cast<char>(query.size() >> 8U),
                  static_cast<char>(query.size() & 255U)});
  buffer_.insert(buffer_.end(), query.begin(), query.end());
  asio::async_write(*tcp_, asio::buffer(buffer_),
                    on_step([this](error_code error, std::size_t) {
                      if (error)
                        return fail(error);
                      receive_from_stream();
                    }));
}

void dns_lookup::receive_from_stream() {
  buffer_.resize(2);
  asio::async_read(*tcp_, asio::buffer(buffer_),
                   on_step([this](error_code error, std::size_t) {
                     if (error)
                       return fail(error);
                     const auto size = static_cast<std::size_t>(
                         static_cast<unsigned char>(buffer_[0]) * 256U +
                         static_cast<unsigned char>(buffer_[1]));
                     if (size > longest_message_) {
                       exchange_.failed("answer of " + std::to_string(size) +
                                            " octets is over the limit",
                                        dns::outcome::unusable);
                       return proceed();
                     }
                     receive_message(size);
                   }));
}

void dns_lookup::receive_message(std::size_t size) {
  buffer_.resize(size);
  asio::async_read(*tcp_, asio::buffer(buffer_),
                   on_step([this](error_code error, std::size_t got) {
                     if (error)
                       return fail(error);
                     if (ends_step({buffer_.data(), got}))
                       proceed();
                     else
                       receive_from_stream();
                   }));
}

} // namespace spfblock::server
