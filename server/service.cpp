#include "server/service.hpp"

#include "core/table/explanation.hpp"
#include "server/asio_endpoint.hpp"
#include "server/listening_socket.hpp"
#include "server/make_resolver.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <sys/resource.h>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;
using log::event;

namespace {

/// Clients that take no replies are cut off so long after SIGTERM.
constexpr std::chrono::milliseconds stop_patience{2000};
/// Descriptors for other purposes than clients and questions.
constexpr rlim_t spare_descriptors = 64;

/// Raises the soft limit of open files as far as allowed.
/// @return the limit in force
rlim_t allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return limit.rlim_cur;
  rlimit raised = limit;
  raised.rlim_max = std::max(limit.rlim_max, wanted);
  raised.rlim_cur = wanted;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
    return wanted;
  raised.rlim_max = limit.rlim_max;
  raised.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max
                                                : limit.rlim_cur;
}

} // namespace

service::service(std::string path, configuration initial)
    : path_{std::move(path)},
      now_{std::move(initial)},
      signals_{io_},
      table_{std::make_shared<const table::snapshot>()},
      refresher_{io_, log_, table_},
      admin_{io_, log_,
             [this](const admin_request& request) { return answer(request); }} {
}

service::~service() = default;

exit_status service::run() {
  log_.configure(now_.settings.log);
  std::signal(SIGPIPE, SIG_IGN);
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGUSR1})
    signals_.add(number);
  apply_limits();

  refresher_.start(now_.settings, make_resolver(io_, log_, now_));
  for (unsigned i = 0; i < now_.settings.threads; ++i)
    threads_.push_back(
        std::make_unique<serving_thread>(table_, log_, limit_, log_hits_));
  // The port is open before a domain is expanded: Postfix has no fail-open.
  const std::string trouble = change_listeners(now_.settings.listen);
  if (!trouble.empty()) {
    log_.write(event{level::error, "cannot start"}.with("reason", trouble));
    refresher_.stop();
    return exit_status::unavailable;
  }
  admin_.listen(now_.settings.admin);
  await_signal();
  io_.run();
  log_.write(event{level::notice, "stopped"});
  return exit_status::done;
}

std::string
service::change_listeners(const std::vector<net::endpoint>& wanted) {
  std::vector<listening_sockets> fresh;
  std::vector<open_listener> kept;
  for (const net::endpoint& each : wanted) {
    const auto known =
        std::find_if(listeners_.begin(), listeners_.end(),
                     [&each](const auto& l) { return l.wanted == each; });
    if (known != listeners_.end()) {
      kept.push_back(*known);
      continue;
    }
    auto opened =
        listening_sockets::open(each, static_cast<unsigned>(threads_.size()));
    if (!opened)
      return opened.error().message;
    kept.push_back({each, opened->endpoint()});
    fresh.push_back(*std::move(opened));
  }
  for (const open_listener& each : listeners_) {
    if (std::find(wanted.begin(), wanted.end(), each.wanted) != wanted.end())
      continue;
    for (const auto& thread : threads_)
      thread->stop_listening(each.real);
    log_.write(event{level::notice, "listening no more"}.with(
        "address", from_asio(each.real).to_string()));
  }
  for (listening_sockets& sockets : fresh) {
    const auto on = sockets.endpoint();
    const auto descriptors = sockets.release();
    for (std::size_t i = 0; i < threads_.size(); ++i)
      threads_[i]->listen(on, descriptors[i]);
    log_.write(event{level::notice, "listening"}.with(
        "address", from_asio(on).to_string()));
  }
  listeners_ = std::move(kept);
  return {};
}

void service::apply_limits() {
  const auto& settings = now_.settings;
  log_hits_ = settings.log.hits;
  limit_.most = settings.connections;
  const rlim_t wanted = rlim_t{settings.connections} +
                        settings.resolver.in_flight + spare_descriptors;
  const rlim_t allowed = allow_descriptors(wanted);
  if (allowed < wanted)
    log_.write(event{level::warning, "too few open files allowed"}
                   .with("wanted", wanted)
                   .with("allowed", allowed));
}

void service::await_signal() {
  signals_.async_wait([this](error_code error, int number) {
    if (error)
      return;
    switch (number) {
    case SIGHUP: reload(); break;
    case SIGUSR1: tell_statistics(); break;
    default: stop(); return;
    }
    await_signal();
  });
}

void service::reload() {
  auto loaded = load_configuration(path_);
  if (const auto* problems = std::get_if<std::vector<config::problem>>(&loaded))
    return refuse(*problems);

  auto& next = std::get<configuration>(loaded);
  const std::string trouble = change_listeners(next.settings.listen);
  if (!trouble.empty())
    return refuse({{path_, 0, "/listen", trouble}});
  if (next.settings.threads != now_.settings.threads)
    log_.write(
        event{level::warning, "setting takes effect at the next start"}.with(
            "setting", "/threads"));

  now_ = std::move(next);
  log_.configure(now_.settings.log);
  apply_limits();
  refresher_.apply(now_.settings, make_resolver(io_, log_, now_));
  admin_.listen(now_.settings.admin);
  log_.write(event{level::notice, "configuration reloaded"}
                 .with("file", path_)
                 .with("domains", now_.settings.domains.size())
                 .with("networks", now_.settings.networks.size()));
}

void service::refuse(const std::vector<config::problem>& problems) {
  log_.write(event{level::error, "configuration refused, former one in force"}
                 .with("file", path_)
                 .with("faults", problems.size()));
  for (const config::problem& each : problems)
    log_.write(event{level::error, "configuration fault"}.with(
        "fault", each.to_string()));
}

void service::tell_statistics() {
  std::uint64_t connections = 0;
  std::uint64_t found = 0;
  std::uint64_t not_found = 0;
  std::uint64_t refused = 0;
  for (const auto& thread : threads_) {
    connections += thread->totals().connections;
    found += thread->totals().found;
    not_found += thread->totals().not_found;
    refused += thread->totals().refused;
  }
  const auto table = table_.load();
  log_.write(event{level::notice, "statistics"}
                 .with("found", found)
                 .with("not_found", not_found)
                 .with("refused", refused)
                 .with("connections", connections)
                 .with("connections_open", limit_.open.load())
                 .with("ipv4_networks", table->ipv4_networks())
                 .with("ipv6_networks", table->ipv6_networks()));
}

admin_reply service::answer(const admin_request& request) const {
  if (request.path != "/explain")
    return {404, "text/plain; charset=utf-8",
            "not here; there is /explain?address=\n"};
  const auto address = net::ip_address::parse(request.parameter("address"));
  if (!address)
    return {400, "text/plain; charset=utf-8", address.error().message + '\n'};
  return {200, "application/json",
          table::to_json(
              table::explain(*address, *table_.load(), refresher_.book()))};
}

void service::stop() {
  log_.write(event{level::notice, "stopping"});
  for (const auto& thread : threads_)
    thread->begin_stop(stop_patience);
  refresher_.stop();
  for (const auto& thread : threads_)
    thread->join();
  threads_.clear();
  io_.stop();
}

} // namespace spfblock::server
