#include "server/serving/datagram_port.hpp"

#include "core/support/contract.hpp"
#include "server/system/random_numbers.hpp"

#include <chrono>
#include <fcntl.h>
#include <utility>

namespace spfblock::server {

using protocols::answer_cap;
using protocols::count;

datagram_port::datagram_port(descriptor socket, protocols::spoken at,
                             session_context& context)
    : socket_{std::move(socket)},
      speaks_{std::move(at)},
      context_{context},
      cap_{random_numbers{}()} {
  EXPECTS(speaks_.list);
  const int number = socket_.number();
  ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
}

datagram_port::~datagram_port() {
  context_.loop.unwatch(socket_.number());
}

bool datagram_port::start() {
  return context_.loop.watch(socket_.number(), readiness::readable, *this);
}

/// Something is there, or a rest is over.
void datagram_port::ready() {
  const std::size_t size = answer_batch();
  const auto rest = rush_.after(size, now_);
  wait_for_socket(!rest);
  if (rests_)
    context_.loop.after(rest.value_or(rush::rest),
                        life_.guarded([this] { ready(); }));
}

/// A socket that is not waited for sends faster, too: else the loop is told of
/// the room that each datagram leaves.
void datagram_port::wait_for_socket(bool wanted) {
  if (!wanted && !std::exchange(rests_, true))
    context_.loop.unwatch(socket_.number());
  else if (wanted && rests_)
    rests_ = !start(); // where the kernel has no room it is tried again
}

/// What comes on and on is not waited for.
void datagram_port::finish() {
  constexpr unsigned most_batches = 64;
  for (unsigned i = 0; i < most_batches && answer_batch() != 0; ++i) {
  }
}

/// @return how many there were
std::size_t datagram_port::answer_batch() {
  protocols::counts counted;
  const protocols::lookup in{
      context_.table.current(), counted,
      [this](const protocols::hit& of) { context_.note(of); }};
  now_ = clock::now();
  const std::size_t received = datagrams_.receive(
      socket_.number(),
      [&](const auto& asked, std::string& reply) { answer(asked, in, reply); });
  context_.totals.add(counted);
  datagrams_.send(socket_.number());
  return received;
}

void datagram_port::answer(const answered_datagrams::received& asked,
                           const protocols::lookup& in, std::string& reply) {
  if (!asked.from || !speaks_.serves(*asked.from))
    return context_.totals.add(count::foreign);
  const auto second =
      std::chrono::floor<std::chrono::seconds>(now_.time_since_epoch());
  switch (cap_.admit(*asked.from, second)) {
  case answer_cap::verdict::answer:
    return speaks_.list->answer(asked.octets, in, reply);
  case answer_cap::verdict::by_tcp:
    protocols::answer_by_tcp_only(asked.octets, reply);
    break;
  case answer_cap::verdict::nothing: break;
  }
  context_.totals.add(count::capped);
}

} // namespace spfblock::server
