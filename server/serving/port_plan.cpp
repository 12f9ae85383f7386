#include "server/serving/port_plan.hpp"

#include <algorithm>

namespace spfblock::server {
namespace {

using plan = std::vector<planned_port>;

/// @return null if no port is served by the socket yet
planned_port* served_by(const inherited_sockets::socket* socket, plan& among) {
  const auto found = std::find_if(among.begin(), among.end(),
                                  [socket](const planned_port& each) {
                                    return socket && each.handed_over == socket;
                                  });
  return found == among.end() ? nullptr : &*found;
}

void add(const config::listener& wanted, const inherited_sockets& inherited,
         plan& to) {
  const auto* const socket = inherited.taking(wanted.where);
  if (planned_port* const there = served_by(socket, to)) {
    there->stands_for.push_back(wanted.where);
    return;
  }
  planned_port& port = to.emplace_back();
  port.speaks = wanted.list ? protocols::spoken{*wanted.list}
                            : protocols::spoken{wanted.kind};
  port.where = socket ? socket->on : wanted.where;
  port.mode = wanted.mode;
  port.handed_over = socket;
  if (wanted.list)
    port.datagrams = inherited.taking_datagrams(wanted.where);
  if (port.where != wanted.where)
    port.stands_for.push_back(wanted.where);
}

} // namespace

protocols::door door_of(const inherited_sockets::socket& of) {
  const auto named = protocols::door_of(of.name);
  return named && named != protocols::door::dnsbl ? *named
                                                  : protocols::door::tcp_table;
}

plan plan_ports(const inherited_sockets& inherited,
                const config::settings& settings) {
  plan made;
  for (const config::listener& each : settings.listen)
    add(each, inherited, made);
  for (const inherited_sockets::socket& each : inherited.all()) {
    if (each.is_at(settings.admin) || each.is_at(settings.metrics.listen) ||
        served_by(&each, made))
      continue;
    planned_port& port = made.emplace_back();
    port.speaks = door_of(each);
    port.where = each.on;
    port.handed_over = &each;
    port.asked_for = text_of(port.speaks.kind) == each.name;
  }
  return made;
}

std::vector<std::string> idle_datagrams(const inherited_sockets& inherited,
                                        const plan& plan) {
  std::vector<std::string> idle;
  for (const inherited_sockets::socket& each : inherited.datagrams()) {
    const bool is_taken =
        std::any_of(plan.begin(), plan.end(), [&each](const planned_port& of) {
          return of.datagrams == &each;
        });
    if (!is_taken)
      idle.push_back(each.name);
  }
  return idle;
}

} // namespace spfblock::server
