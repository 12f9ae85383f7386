#include "server/serving/listeners.hpp"

#include "server/system/asio_endpoint.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::server {

using log::event_of;
using log::kind;

result<listeners::fresh_listeners>
listeners::open(const std::vector<config::listener>& wanted) const {
  fresh_listeners fresh;
  for (const config::listener& each : wanted) {
    if (std::any_of(served_.begin(), served_.end(),
                    [&each](const auto& s) { return s.wanted == each; }))
      continue;
    auto opened = inherited_.listen(each.where, threads_.count());
    if (!opened)
      return opened.error();
    fresh.push_back({each, *std::move(opened)});
  }
  return fresh;
}

void listeners::serve(const std::vector<config::listener>& wanted,
                      fresh_listeners fresh) {
  std::erase_if(served_, [&](const served_listener& each) {
    if (std::find(wanted.begin(), wanted.end(), each.wanted) != wanted.end())
      return false;
    threads_.stop_listening(each.real);
    log_.write(event_of<kind::listening_no_more>{}.with(
        "address", from_asio(each.real).to_string()));
    return true;
  });
  for (fresh_listener& each : fresh) {
    const auto on = each.sockets.endpoint();
    threads_.listen(each.wanted.kind, std::move(each.sockets));
    served_.push_back({each.wanted, on});
    auto line =
        event_of<kind::listening>{}.with("address", from_asio(on).to_string());
    if (const auto* inherited = inherited_.find(each.wanted.where))
      line.with("socket", inherited->name);
    log_.write(line);
  }
}

void warn_of_unused(const inherited_sockets& inherited,
                    const config::settings& settings, const log_sink& log) {
  const auto& listen = settings.listen;
  for (const inherited_sockets::socket& each : inherited.all()) {
    const net::endpoint on = from_asio(each.on);
    if (on != settings.admin &&
        std::none_of(listen.begin(), listen.end(),
                     [&on](const auto& l) { return l.where == on; }))
      log.write(event_of<kind::socket_not_used>{}
                    .with("address", on.to_string())
                    .with("socket", each.name));
  }
}

} // namespace spfblock::server
