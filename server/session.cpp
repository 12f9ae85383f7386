#include "server/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// A batch of long replies may take a lot of room; it is given back.
constexpr std::size_t most_kept = 16384;

void raise(std::atomic<std::uint64_t>& total, std::uint64_t by) noexcept {
  // One writer: cheaper than a locked addition.
  total.store(total.load(std::memory_order_relaxed) + by,
              std::memory_order_relaxed);
}

} // namespace

void serving_totals::add(const tcp_table::counts& more) noexcept {
  raise(found, more.found);
  raise(not_found, more.not_found);
  raise(refused, more.refused);
}

session::session(tcp::socket socket, session_context& context, ended on_end)
    : socket_{std::move(socket)},
      context_{context},
      on_end_{std::move(on_end)} {}

void session::start() {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.set_option(asio::socket_base::keep_alive{true}, ignored);
  read();
}

void session::finish() {
  // What lies in the socket's buffer is still read, then its end.
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_receive, ignored);
}

void session::close() {
  error_code ignored;
  socket_.close(ignored);
}

void session::read() {
  socket_.async_read_some(
      asio::buffer(received_),
      [self = shared_from_this()](error_code error, std::size_t size) {
        if (error)
          self->end();
        else
          self->answer(size);
      });
}

void session::answer(std::size_t size) {
  replies_.clear();
  if (replies_.capacity() > most_kept)
    replies_.shrink_to_fit();

  const level hit_level = context_.log_hits.load(std::memory_order_relaxed)
                              ? level::info
                              : level::debug;
  std::function<void(const net::ip_address&, const table::snapshot::match&)>
      on_found;
  if (context_.log.wants(hit_level)) {
    on_found = [this, hit_level](const net::ip_address& address,
                                 const table::snapshot::match& found) {
      context_.log.write(log::event{hit_level, "address found"}
                             .with("address", address.to_string())
                             .with("listed", found.by->name)
                             .with("network", found.network.to_string()));
    };
  }
  tcp_table::counts counted;
  conversation_.feed({received_.data(), size},
                     {context_.table.current(), counted, on_found}, replies_);
  context_.totals.add(counted);
  if (replies_.empty())
    return read();
  asio::async_write(socket_, asio::buffer(replies_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      if (error || self->conversation_.finished())
                        self->end();
                      else
                        self->read();
                    });
}

void session::end() {
  close();
  on_end_(*this);
}

} // namespace spfblock::server
