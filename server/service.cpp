#include "server/service.hpp"

#include "core/reports/status.hpp"
#include "server/dns/make_resolver.hpp"
#include "server/system/clocks.hpp"
#include "server/system/descriptor_limit.hpp"
#include "server/system/service_manager.hpp"
#include "server/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;
using log::event_of;
using log::kind;
using protocols::count;

namespace {

/// Clients that take no replies are cut off so long after SIGTERM.
constexpr std::chrono::milliseconds stop_patience{2000};
/// Descriptors for other purposes than clients and questions.
constexpr rlim_t spare_descriptors = 64;
/// The service manager gets new figures at least so often.
constexpr std::chrono::microseconds status_interval = std::chrono::seconds{30};

} // namespace

service::service(std::string path, configuration initial)
    : path_{std::move(path)},
      now_{std::move(initial)},
      signals_{io_},
      table_{std::make_shared<const table::snapshot>()},
      threads_{now_.settings.threads, table_, log_},
      listeners_{inherited_, threads_, log_},
      pulse_{io_, threads_},
      alive_at_{read_clocks().steady},
      refresher_{io_, log_, table_, [this] { tell_status(); }},
      metrics_{{.table = table_,
                .refresh = refresher_,
                .threads = threads_,
                .dns = *dns_,
                .reloads = reloads_,
                .started_at = read_clocks().wall}},
      pages_{table_, refresher_, metrics_, [this] { return signs(); }},
      admin_{io_, log_, [this](const admin_request& request) {
               return pages_.answer(request);
             }} {}

service::~service() = default;

exit_status service::run() {
  log_.configure(now_.settings.log);
  log_.write(
      event_of<kind::starting>{}.with("version", version).with("file", path_));
  // A reader that is gone and a limit of file sizes are errors of write(2).
  for (const int number : {SIGPIPE, SIGXFSZ})
    std::signal(number, SIG_IGN);
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGUSR1})
    signals_.add(number);
  for (const std::string& each : inherited_.useless())
    log_.write(event_of<kind::socket_of_no_use>{}.with("socket", each));
  if (const auto refused = apply(std::move(now_))) {
    log_.write(event_of<kind::cannot_start>{}.with("reason", refused->message));
    return exit_status::unavailable;
  }
  await_signal();
  start_pulse();
  io_.run();
  log_.write(event_of<kind::stopped>{});
  return exit_status::done;
}

std::optional<failure> service::apply(configuration next) {
  allow_files_for(next.settings);
  // The ports are open before a domain is expanded: Postfix has no fail-open.
  // Clients are answered once the last known networks are in the table.
  auto opened = listeners_.open(next.settings.listen);
  if (!opened)
    return opened.error();
  now_ = std::move(next);
  log_.configure(now_.settings.log);
  threads_.apply(now_.settings);
  auto questions = make_resolver(io_, log_, now_, dns_);
  if (threads_.started()) {
    refresher_.apply(now_.settings, std::move(questions));
  } else {
    refresher_.start(now_.settings, std::move(questions));
    threads_.start();
  }
  listeners_.serve(now_.settings.listen, *std::move(opened));
  admin_.listen(now_.settings.admin, inherited_);
  warn_of_unused(inherited_, now_.settings, log_);
  return std::nullopt;
}

/// A client has a descriptor, and so has a question.
void service::allow_files_for(const config::settings& settings) const {
  const rlim_t wanted = rlim_t{settings.connections} +
                        settings.resolver.in_flight + spare_descriptors;
  const rlim_t allowed = allow_descriptors(wanted);
  if (allowed < wanted)
    log_.write(event_of<kind::too_few_open_files>{}
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
  service_manager::reloading();
  apply_file();
  service_manager::ready();
  tell_status();
}

/// What the configuration file says now; nothing changes where it is faulty.
void service::apply_file() {
  auto loaded = load_configuration(path_);
  if (const auto* problems = std::get_if<std::vector<json::problem>>(&loaded))
    return refuse(*problems);

  auto& next = std::get<configuration>(loaded);
  const bool other_threads = next.settings.threads != now_.settings.threads;
  if (const auto refused = apply(std::move(next)))
    return refuse({{path_, 0, "/listen", refused->message}});
  if (other_threads)
    log_.write(event_of<kind::setting_takes_effect_later>{}.with("setting",
                                                                 "/threads"));
  ++reloads_.accepted;
  reloads_.last_accepted = true;
  reloads_.accepted_at = read_clocks().wall;
  log_.write(event_of<kind::configuration_reloaded>{}
                 .with("file", path_)
                 .with("domains", now_.settings.domains.size())
                 .with("networks", now_.settings.networks.size()));
}

void service::refuse(const std::vector<json::problem>& problems) {
  ++reloads_.refused;
  reloads_.last_accepted = false;
  log_.write(event_of<kind::configuration_refused>{}
                 .with("file", path_)
                 .with("faults", problems.size()));
  for (const json::problem& each : problems)
    log_.write(
        event_of<kind::configuration_fault>{}.with("fault", each.to_string()));
}

void service::tell_statistics() {
  const protocols::counts counted = threads_.counted();
  const auto table = table_.load();
  log_.write(event_of<kind::statistics>{}
                 .with("found", counted[count::found])
                 .with("not_found", counted[count::not_found])
                 .with("refused", counted[count::refused])
                 .with("connections", counted[count::connections])
                 .with("connections_open", threads_.limit().open.load())
                 .with("ipv4_networks", table->ipv4_networks())
                 .with("ipv6_networks", table->ipv6_networks()));
}

/// The service is ready once every thread has answered for the first time.
void service::start_pulse() {
  const auto asked = service_manager::watchdog_interval();
  const auto interval =
      asked ? std::min(*asked / 2, status_interval) : status_interval;
  pulse_.start(interval, [this] {
    if (!std::exchange(ready_, true))
      service_manager::ready();
    alive_at_ = read_clocks().steady;
    service_manager::alive();
    tell_status();
  });
}

reports::vital_signs service::signs() const {
  const auto now = read_clocks();
  auto signs = refresher_.signs(now);
  signs.unanswered =
      std::chrono::floor<std::chrono::seconds>(now.steady - alive_at_);
  return signs;
}

void service::tell_status() const {
  if (!service_manager::listens())
    return;
  const auto report = reports::report(refresher_.book(), read_clocks());
  const auto table = table_.load();
  const protocols::counts counted = threads_.counted();
  service_manager::status(fmt::format(
      "{} domains, {} stale; {} networks; {} lookups, {} connections{}",
      report.domains.size(), report.stale_domains(),
      table->ipv4_networks() + table->ipv6_networks(),
      counted[count::found] + counted[count::not_found],
      threads_.limit().open.load(),
      reloads_.last_accepted ? ""
                             : "; the last reload was refused, see the log"));
}

void service::stop() {
  log_.write(event_of<kind::stopping>{});
  service_manager::stopping();
  pulse_.stop();
  threads_.begin_stop(stop_patience);
  refresher_.stop();
  threads_.join();
  io_.stop();
}

} // namespace spfblock::server
