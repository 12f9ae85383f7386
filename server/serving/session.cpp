#include "server/serving/session.hpp"

#include "server/system/clocks.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
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
  if (senders != nullptr && !of.sender.empty())
    senders->note(of.sender, of.address, by.counter, read_clocks().wall);
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
  backlog_ = nullptr; // nothing wakes it
  leave_order();
  context_.loop.unwatch(client_.number());
}

void session::ready() {
  if (has_given_way_)
    return;
  if (!backlog_)
    read();
  else if (!backlog_->replies.empty())
    send_backlog();
  else
    end(); // it hung up: nothing else is told while a request waits
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
    watch_for_backlog();
}

void session::send_backlog() {
  const auto sent = send_some(client_, backlog_->replies);
  if (!sent)
    return end();
  backlog_->replies.erase(0, *sent);
  if (backlog_->replies.empty())
    go_on();
}

/// Nothing is to be sent, and what waits may be answered.
void session::go_on() {
  const auto done = std::move(backlog_);
  if (!answer(done->requests, done->until))
    return end();
  if (backlog_)
    watch_for_backlog();
  else
    context_.loop.change(client_.number(), readiness::readable, *this);
}

void session::watch_for_backlog() {
  context_.loop.change(
      client_.number(),
      backlog_->replies.empty() ? readiness::none : readiness::writable, *this);
}

/// Answers until the client takes no more, or a request waits: what is left
/// then is the backlog.
/// @param until when the request that waits already has waited long enough
/// @return whether the connection goes on
bool session::answer(std::string_view requests, std::optional<moment> until) {
  auto with =
      until && read_clocks().steady >= *until ? patience::none : patience::some;
  while (conversation_.awaited() || !requests.empty()) {
    requests.remove_prefix(look_up(requests, with));
    if (!send_replies(requests))
      return false;
    if (backlog_)
      return true;
    if (conversation_.finished())
      return false;
    with = patience::some;
    if (!conversation_.awaited())
      until = std::nullopt;
    else if (await(requests, until))
      return true;
    else
      with = patience::none;
  }
  return !conversation_.finished();
}

/// Puts the reply to the request that waits, or those to the first of
/// `requests`, into the shared buffer.
/// @return how many octets of them were taken
std::size_t session::look_up(std::string_view requests, patience with) {
  context_.replies.clear();
  protocols::counts counted;
  const protocols::lookup in{
      context_.table.current(), counted,
      [this](const protocols::hit& of) { context_.note(of); }, context_.mail,
      with};
  std::size_t taken = 0;
  if (conversation_.awaited())
    conversation_.answer_awaiting(in, context_.replies);
  else
    taken = conversation_.feed(requests, in, context_.replies);
  context_.totals.add(counted);
  if (conversation_.awaited() || counted != protocols::counts{})
    has_asked(context_.order);
  return taken;
}

/// Sends what the shared buffer has; what the client does not take is the
/// backlog.
/// @param rest to be answered after that
/// @return whether the connection goes on
bool session::send_replies(std::string_view rest) {
  const std::string_view replies = context_.replies;
  if (replies.empty())
    return true;
  const auto sent = send_some(client_, replies);
  if (!sent)
    return false;
  if (*sent < replies.size()) {
    backlog_ = std::make_unique<backlog>();
    backlog_->replies = replies.substr(*sent);
    backlog_->requests = rest;
  }
  return true;
}

/// Lets a request wait.
/// @param rest to be answered after it
/// @param until when it has waited long enough, if it has waited already
/// @return false if it is not to wait
bool session::await(std::string_view rest, std::optional<moment> until) {
  auto held = std::make_unique<backlog>();
  const auto wake = held->wait.guarded([this] { go_on(); });
  const auto most =
      context_.mail->await(*conversation_.awaited(),
                           [&loop = context_.loop, wake] { loop.post(wake); });
  if (!most)
    return false;
  held->requests = rest;
  held->until = std::min(until.value_or(*most), *most);
  context_.loop.after(std::chrono::ceil<std::chrono::milliseconds>(
                          *held->until - read_clocks().steady),
                      wake);
  backlog_ = std::move(held);
  return true;
}

void session::end() {
  context_.on_end(client_.number());
}

} // namespace spfblock::server
