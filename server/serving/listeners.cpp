#include "server/serving/listeners.hpp"

#include "server/system/asio_endpoint.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace spfblock::server {

using boost::asio::ip::tcp;
using clock = std::chrono::steady_clock;
using log::event_of;
using log::kind;

namespace {

constexpr std::chrono::milliseconds retry_interval{1000};
/// How long a thread may take to close a port that was in the way.
constexpr std::chrono::milliseconds close_time{50};

} // namespace

listeners::listeners(boost::asio::io_context& io,
                     const inherited_sockets& inherited,
                     serving_threads& threads, const log_sink& log)
    : inherited_{inherited},
      threads_{threads},
      log_{log},
      again_{io, [this] { try_missing(); }} {}

void listeners::apply(const config::settings& settings) {
  std::vector<port> former = std::exchange(ports_, {});
  for (planned_port& each : plan_ports(inherited_, settings)) {
    const auto same =
        std::find_if(former.begin(), former.end(), [&each](const port& other) {
          return other.plan.same_as(each);
        });
    if (same == former.end()) {
      ports_.emplace_back().plan = std::move(each);
      continue;
    }
    ports_.push_back(std::move(*same));
    former.erase(same);
    const planned_port before =
        std::exchange(ports_.back().plan, std::move(each));
    if (!ports_.back().plan.named_as(before))
      tell_mismatch(ports_.back());
  }
  // What was closed just now may still be in the way for a moment.
  const bool closed = drop(std::move(former));
  for (port& each : ports_)
    if (!each.real)
      try_to_open(each, !closed);
  if (!missing().empty())
    again_.set(clock::now() + (closed ? close_time : retry_interval));
  if (threads_.started())
    serve();
}

/// @return whether there was one that was open
bool listeners::drop(std::vector<port> gone) {
  bool any = false;
  for (const port& each : gone) {
    if (!each.real)
      continue;
    any = true;
    if (!each.open)
      threads_.stop_listening(*each.real);
    log_.write(event_of<kind::listening_no_more>{}.with(
        "address", from_asio(*each.real).to_string()));
  }
  return any;
}

void listeners::try_to_open(port& which, bool tell) {
  const planned_port& plan = which.plan;
  auto sockets =
      plan.handed_over
          ? listening_sockets::duplicate(plan.handed_over->number.number(),
                                         plan.handed_over->on)
          : listening_sockets::open(plan.where, threads_.count());
  if (sockets) {
    which.real = sockets->endpoint();
    which.open.emplace(*std::move(sockets));
    which.trouble.clear();
  } else if (tell) {
    tell_trouble(which, sockets.error().message);
  }
}

void listeners::try_missing() {
  for (port& each : ports_)
    if (!each.real)
      try_to_open(each, true);
  if (!missing().empty())
    again_.set(clock::now() + retry_interval);
  if (threads_.started())
    serve();
}

void listeners::serve() {
  for (port& each : ports_) {
    if (!each.open)
      continue;
    threads_.listen(each.plan.door, *std::exchange(each.open, std::nullopt));
    tell_served(each);
  }
}

void listeners::tell_trouble(port& of, const std::string& reason) const {
  if (std::exchange(of.trouble, reason) == reason)
    return;
  auto line = event_of<kind::port_unavailable>{}
                  .with("address", of.plan.where.to_string())
                  .with("reason", reason);
  // Likely the one that has it.
  if (const auto* other = inherited_.with_port(of.plan.where.port))
    line.with("socket", other->name)
        .with("on", from_asio(other->on).to_string());
  log_.write(line);
}

void listeners::tell_served(const port& which) const {
  auto line = event_of<kind::listening>{}.with(
      "address", from_asio(*which.real).to_string());
  if (const auto* socket = which.plan.handed_over)
    line.with("socket", socket->name);
  log_.write(line);
  tell_mismatch(which);
}

/// Where `listen` and the sockets that were handed over do not agree.
void listeners::tell_mismatch(const port& of) const {
  const auto& [door, where, socket, in_listen, stands_for] = of.plan;
  if (!in_listen)
    log_.write(event_of<kind::socket_not_in_listen>{}
                   .with("address", where.to_string())
                   .with("socket", socket->name));
  for (const net::endpoint& each : stands_for)
    log_.write(event_of<kind::socket_stands_in>{}
                   .with("address", each.to_string())
                   .with("socket", socket->name)
                   .with("on", where.to_string()));
}

std::vector<tcp::endpoint> listeners::endpoints() const {
  std::vector<tcp::endpoint> all;
  for (const port& each : ports_)
    if (each.real)
      all.push_back(*each.real);
  return all;
}

std::vector<net::endpoint> listeners::missing() const {
  std::vector<net::endpoint> all;
  for (const port& each : ports_)
    if (!each.real)
      all.push_back(each.plan.where);
  return all;
}

/// One that was tried this moment has no reason yet.
std::vector<std::string> listeners::troubles() const {
  std::vector<std::string> all;
  for (const port& each : ports_)
    if (!each.real)
      all.push_back(each.trouble.empty()
                        ? "cannot listen on " + each.plan.where.to_string()
                        : each.trouble);
  return all;
}

} // namespace spfblock::server
