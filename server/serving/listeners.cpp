#include "server/serving/listeners.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace spfblock::server {

using clock = std::chrono::steady_clock;
using log::event_of;
using log::kind;

namespace {

constexpr std::chrono::milliseconds retry_interval{1000};
/// How long a thread may take to close a port that was in the way.
constexpr std::chrono::milliseconds close_time{50};

/// @param count of sockets, where threads can share a port
result<listening_sockets> open_stream(const planned_port& plan,
                                      unsigned count) {
  if (plan.handed_over)
    return listening_sockets::duplicate(plan.handed_over->number.number(),
                                        plan.handed_over->on);
  if (const std::string* const path = plan.where.path())
    return listening_sockets::open(*path, plan.mode);
  return listening_sockets::open(*plan.where.tcp(), count);
}

/// With the sockets for datagrams, where the door has such.
result<listening_sockets> open(const planned_port& plan, unsigned count) {
  auto opened = open_stream(plan, count);
  if (!opened || !plan.speaks.list)
    return opened;
  listening_sockets sockets = *std::move(opened);
  const auto wrong =
      plan.datagrams
          ? sockets.duplicate_datagrams(plan.datagrams->number.number())
          : sockets.open_datagrams(count);
  if (wrong)
    return *wrong;
  return sockets;
}

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
  auto plan = plan_ports(inherited_, settings);
  for (const std::string& each : idle_datagrams(inherited_, plan))
    log_.write(event_of<kind::socket_of_no_use>{}.with("socket", each));
  for (planned_port& each : plan) {
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
    follow(ports_.back(), std::exchange(ports_.back().plan, std::move(each)));
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

/// Changes what may change while a port stays.
void listeners::follow(port& served, const planned_port& before) {
  const planned_port& now = served.plan;
  if (now.mode != before.mode)
    served.file.change_mode(now.mode);
  if (served.number != 0 && !(now.speaks == before.speaks)) {
    threads_.speak(now.speaks, served.number);
    tell_served(served);
  } else if (!now.named_as(before)) {
    tell_mismatch(served);
  }
}

/// @return whether there was one that was open
bool listeners::drop(std::vector<port> gone) {
  bool any = false;
  for (const port& each : gone) {
    if (!each.real)
      continue;
    any = true;
    if (!each.open)
      threads_.stop_listening(each.number);
    log_.write(event_of<kind::listening_no_more>{}.with(
        "address", each.real->to_string()));
  }
  return any;
}

void listeners::try_to_open(port& which, bool tell) {
  auto sockets = open(which.plan, threads_.count());
  if (sockets) {
    which.real = sockets->address();
    which.open.emplace(*std::move(sockets));
    which.file = which.open->release_file();
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
    each.number = threads_.listen(each.plan.speaks,
                                  *std::exchange(each.open, std::nullopt));
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
  const net::endpoint* const tcp = of.plan.where.tcp();
  if (const auto* other = tcp ? inherited_.with_port(tcp->port) : nullptr)
    line.with("socket", other->name).with("on", other->on.to_string());
  log_.write(line);
}

void listeners::tell_served(const port& which) const {
  auto line =
      event_of<kind::listening>{}.with("address", which.real->to_string());
  if (which.plan.speaks.kind != protocols::door::tcp_table)
    line.with("door", protocols::text_of(which.plan.speaks.kind));
  if (const auto* socket = which.plan.handed_over)
    line.with("socket", socket->name);
  log_.write(line);
  tell_mismatch(which);
}

/// Where `listen` and the sockets that were handed over do not agree.
void listeners::tell_mismatch(const port& of) const {
  const planned_port& plan = of.plan;
  if (!plan.asked_for)
    log_.write(event_of<kind::socket_not_in_listen>{}
                   .with("address", plan.where.to_string())
                   .with("socket", plan.handed_over->name));
  for (const net::socket_address& each : plan.stands_for)
    log_.write(event_of<kind::socket_stands_in>{}
                   .with("address", each.to_string())
                   .with("socket", plan.handed_over->name)
                   .with("on", plan.where.to_string()));
}

void listeners::remove_files() {
  for (port& each : ports_)
    each.file = {};
}

std::vector<config::listener> listeners::doors() const {
  std::vector<config::listener> all;
  for (const port& each : ports_)
    if (each.real)
      all.push_back({each.plan.speaks.kind, *each.real, each.plan.mode});
  return all;
}

std::vector<net::socket_address> listeners::addresses() const {
  std::vector<net::socket_address> all;
  for (const port& each : ports_)
    if (each.real)
      all.push_back(*each.real);
  return all;
}

std::vector<net::socket_address> listeners::missing() const {
  std::vector<net::socket_address> all;
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
