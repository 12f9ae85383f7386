#include "server/serving/session.hpp"

#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace spfblock::server {

namespace {

/// Sends what the socket takes.
/// @return how many octets; nothing if the connection is broken
std::optional<std::size_t> send_some(const descriptor& to,
                                     std::string_view octets) noexcept {
  const auto sent = uninterrupted([&] {
    return ::send(to.number(), octets.data(), octets.size(), MSG_NOSIGNAL);
  });
  if (sent >= 0)
    return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return 0;
  return std::nullopt;
}

} // namespace

void session_context::note(const protocols::hit& of) {
  const table::listing& by = *of.found.by;
  totals.hits.add(by.counter);
  const level severity =
      log_hits.load(std::memory_order_relaxed) ? level::info : level::debug;
  if (!log.wants(severity))
    return;
  log.write(
      spfblock::log::event_of<spfblock::log::kind::address_found>{severity}
          .with("address", of.address.to_string())
          .with("domain", by.name)
          .with("network", of.found.network.to_string()));
}

session::session(descriptor of_client, const protocols::spoken& at,
                 session_context& context)
    : client_order::client{context.order, client_order::clock::now()},
      client_{std::move(of_client)},
      context_{context},
      conversation_{at} {}

session::~session() {
  context_.loop.unwatch(client_.number());
}

bool session::start() {
  return context_.loop.watch(client_.number(), readiness::readable, *this);
}

void session::finish() noexcept {
  // What lies in the socket's buffer is still read, then its end.
  ::shutdown(client_.number(), SHUT_RD);
}

void session::give_way() noexcept {
  has_given_way_ = true;
  leave_order();
  context_.loop.unwatch(client_.number());
}

void session::ready() {
  if (has_given_way_)
    return;
  if (backlog_)
    send_backlog();
  else
    read();
}

void session::read() {
  auto& buffer = context_.received;
  const auto size = uninterrupted([&] {
    return ::recv(client_.number(), buffer.data(), buffer.size(), 0);
  });
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return;
  if (size <= 0 || !answer({buffer.data(), static_cast<std::size_t>(size)}))
    return end();
  if (backlog_)
    context_.loop.change(client_.number(), readiness::writable, *this);
}

void session::send_backlog() {
  const auto sent = send_some(client_, backlog_->replies);
  if (!sent)
    return end();
  backlog_->replies.erase(0, *sent);
  if (!backlog_->replies.empty())
    return;
  const auto done = std::move(backlog_);
  if (!answer(done->requests))
    return end();
  if (!backlog_)
    context_.loop.change(client_.number(), readiness::readable, *this);
}

/// Answers until the client takes no more: what is left then is the backlog.
/// @return whether the connection goes on
bool session::answer(std::string_view requests) {
  while (!requests.empty()) {
    requests.remove_prefix(feed(requests));
    const std::string_view replies = context_.replies;
    if (replies.empty())
      return !conversation_.finished();
    const auto sent = send_some(client_, replies);
    if (!sent)
      return false;
    if (*sent < replies.size()) {
      backlog_ = std::make_unique<backlog>(
          backlog{std::string{replies.substr(*sent)}, std::string{requests}});
      return true;
    }
    if (conversation_.finished())
      return false;
  }
  return !conversation_.finished();
}

/// Puts the replies to the first of `requests` into the shared buffer.
/// @return how many octets of them were taken
std::size_t session::feed(std::string_view requests) {
  context_.replies.clear();
  protocols::counts counted;
  const protocols::lookup in{
      context_.table.current(), counted,
      [this](const protocols::hit& of) { context_.note(of); }, context_.mail};
  const std::size_t taken = conversation_.feed(requests, in, context_.replies);
  context_.totals.add(counted);
  if (counted != protocols::counts{})
    has_asked(context_.order);
  return taken;
}

void session::end() {
  context_.on_end(client_.number());
}

} // namespace spfblock::server
