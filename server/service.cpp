#include "server/service.hpp"

#include "core/config/settings_parser.hpp"
#include "core/domains/expansion_rules.hpp"
#include "server/admin/provenance.hpp"
#include "server/dns/make_resolver.hpp"
#include "server/service_lines.hpp"
#include "server/system/clocks.hpp"
#include "server/system/descriptor_limit.hpp"
#include "server/system/service_manager.hpp"
#include "server/system/signal_mask.hpp"
#include "server/version.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;
using log::event_of;
using log::kind;

namespace {

/// Clients that take no replies are cut off so long after SIGTERM.
constexpr std::chrono::milliseconds stop_patience{2000};
/// What is still under way so long after SIGTERM is left as it is; the log has
/// a second more (log_sink::last_wait), of five in all.
constexpr std::chrono::milliseconds longest_stop{3000};
/// Descriptors for other purposes than clients and questions: for the admin
/// port, the state, the log and such, and for each serving thread.
constexpr rlim_t spare_descriptors = 64;
constexpr rlim_t descriptors_of_thread = 8;
/// The service manager gets new figures at least so often.
constexpr std::chrono::microseconds status_interval = std::chrono::seconds{30};

} // namespace

service::service(std::string path, beginning with,
                 const std::optional<std::string>& kept_at)
    : path_{std::move(path)},
      begun_{std::move(with)},
      now_{begun_.chosen ? *std::move(begun_.chosen) : configuration{}},
      record_{io_, log_, path_, begun_, kept_at},
      reader_{io_,
              path_,
              {.begun =
                   [this] {
                     record_.read_again();
                     service_manager::reloading();
                   },
               .former = [this] { return now_.lists; },
               .take =
                   [this](loaded_configuration loaded) {
                     take_over(std::move(loaded));
                   }}},
      signals_{io_},
      table_{std::make_shared<const table::snapshot>()},
      mail_{io_, log_, table_},
      threads_{now_.settings.threads, table_, log_, &mail_, &senders_},
      listeners_{io_, inherited_, threads_, log_},
      pulse_{io_, threads_},
      alive_at_{read_clocks().steady},
      refresher_{io_, log_, table_,
                 [this] {
                   files_.table_changed();
                   tell_status();
                 }},
      hits_{io_, log_, refresher_.numbers(), [this] { return threads_.hits(); },
            refresher_.history_thread()},
      files_{io_, log_,
             [this]() -> file_publisher::content {
               return {table_.load(), refresher_.shared_book(),
                       refresher_.is_current()};
             }},
      parts_{.table = table_,
             .refresh = refresher_,
             .threads = threads_,
             .ports = listeners_,
             .log = log_,
             .dns = *dns_,
             .mail = mail_,
             .senders = senders_,
             .hits = hits_,
             .files = files_,
             .reloads = reloads_,
             .configuration = record_.status(),
             .signs = [this] { return signs(); },
             .started_at = read_clocks().wall},
      pages_{io_, parts_},
      admin_{io_, log_,
             [this](const admin_request& request) {
               return pages_.answer(request);
             }},
      metrics_for_others_{io_, log_,
                          [this](const admin_request& request) {
                            return pages_.answer_others(request);
                          },
                          audience::others} {}

service::~service() = default;

exit_status service::run() {
  // A reader that is gone and a limit of file sizes are errors of write(2).
  for (const int number : {SIGPIPE, SIGXFSZ})
    std::signal(number, SIG_IGN);
  log_.configure(now_.settings.log);
  log_.write(
      event_of<kind::starting>{}.with("version", version).with("file", path_));
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGUSR1})
    signals_.add(number);
  let_signals_in();
  for (const std::string& each : inherited_.useless())
    log_.write(event_of<kind::socket_of_no_use>{}.with("socket", each));
  record_.tell_beginning(begun_);
  begin();
  await_signal();
  while (!stopped_)
    io_.run_one();
  log_.write(event_of<kind::stopped>{});
  return exit_status::done;
}

/// Starts with what there is: a configuration, or none.
void service::begin() {
  if (!begun_.chosen)
    return apply(without_any(), contents::none);
  apply(std::move(now_));
  if (begun_.refused.empty())
    accept();
  record_.applied();
}

void service::apply(configuration next, contents of_it,
                    std::function<void()> applied) {
  // The ports are open before a domain is expanded: Postfix has no fail-open.
  // Clients are answered once the last known networks are in the table.
  now_ = std::move(next);
  log_.configure(now_.settings.log);
  threads_.apply(now_.settings, allow_clients(now_.settings));
  listeners_.apply(now_.settings);
  if (of_it == contents::listings)
    refresh(std::move(applied));
  else
    serve();
  hits_.use(now_.settings.state_file);
  files_.apply(now_.settings.publish, provenance_at(read_clocks()));
  pages_.limit_series(now_.settings.metrics.domains);
  admin_.listen(now_.settings.admin, &inherited_);
  metrics_for_others_.listen(now_.settings.metrics.listen, &inherited_);
  for (const json::problem& each : now_.warnings)
    log_.write(event_of<kind::configuration_warning>{}.with("warning",
                                                            each.to_string()));
}

/// @param applied is called, later, once the domains are those of now_
void service::refresh(std::function<void()> applied) {
  auto questions = make_resolver(io_, log_, now_, dns_, patience_at_start);
  const auto& doors = now_.settings.listen;
  const bool sees_mail =
      std::any_of(doors.begin(), doors.end(), [](const config::listener& each) {
        return each.kind == protocols::door::policy;
      });
  mail_.apply(now_.settings.query_time, sees_mail, questions,
              [this](const dns::name& domain) {
                return domains::rules_for(domain, now_.settings);
              });
  if (std::exchange(refreshes_, true))
    return refresher_.apply(now_.settings, std::move(questions),
                            std::move(applied));
  is_starting_ = true;
  refresher_.start(now_.settings, std::move(questions),
                   [this, applied = std::move(applied)] {
                     is_starting_ = false;
                     serve();
                     applied();
                     for (const int each : std::exchange(early_signals_, {}))
                       asio::post(io_, [this, each] { heed(each); });
                   });
}

/// Answers clients from now on.
void service::serve() {
  if (threads_.started())
    return;
  threads_.start();
  listeners_.serve();
  start_pulse();
}

/// Without a configuration: whoever asks where `listen` says, as far as that
/// can be read, or else at the sockets that were handed over, or where Postfix
/// asks by default, hears that nothing is listed.
configuration service::without_any() const {
  configuration made;
  made.settings = begun_.refuge;
  auto& doors = made.settings.listen;
  if (!doors.empty())
    return made; // the sockets that it does not name are answered besides
  for (const inherited_sockets::socket& each : inherited_.all()) {
    if (!each.is_at(made.settings.admin))
      doors.push_back({door_of(each), each.on});
  }
  if (doors.empty())
    doors.emplace_back();
  return made;
}

/// A client has a descriptor, and so has a question.
/// @return how many clients there are descriptors for; those of all else are
///         not given to clients, but at most half of what there is
unsigned service::allow_clients(const config::settings& settings) const {
  const rlim_t others = settings.resolver.in_flight + spare_descriptors +
                        descriptors_of_thread * threads_.count();
  const rlim_t wanted = settings.connections + others;
  const rlim_t allowed = allow_descriptors(wanted);
  if (allowed >= wanted)
    return settings.connections;
  log_.write(event_of<kind::too_few_open_files>{}
                 .with("wanted", wanted)
                 .with("allowed", allowed));
  return static_cast<unsigned>(allowed - std::min(others, allowed / 2));
}

void service::await_signal() {
  signals_.async_wait([this](error_code error, int number) {
    if (error)
      return;
    if (number == SIGTERM || number == SIGINT)
      return stop();
    if (is_starting_)
      early_signals_.insert(number);
    else
      heed(number);
    await_signal();
  });
}

/// @param number of a signal that does not end the service
void service::heed(int number) {
  if (number == SIGHUP)
    reader_.read();
  else
    log_.write(statistics_event(parts_));
}

/// What the configuration file says now; nothing changes where it is faulty.
void service::take_over(loaded_configuration loaded) {
  if (const auto* problems = std::get_if<std::vector<json::problem>>(&loaded)) {
    refuse(*problems);
    service_manager::ready();
    tell_status();
    return;
  }
  auto& next = std::get<configuration>(loaded);
  const bool other_threads = next.settings.threads != now_.settings.threads;
  apply(std::move(next), contents::listings, [this] { reloaded(); });
  if (other_threads)
    log_.write(event_of<kind::setting_takes_effect_later>{}.with("setting",
                                                                 "/threads"));
  accept();
  ++reloads_.accepted;
  reloads_.last_accepted = true;
  reloads_.accepted_at = read_clocks().wall;
}

/// What is known of the domains is by the configuration that was read last.
void service::reloaded() {
  if (!reader_.is_reading())
    record_.applied();
  log_.write(event_of<kind::configuration_reloaded>{}
                 .with("file", path_)
                 .with("domains", now_.settings.domains.size())
                 .with("networks", now_.settings.networks.size()));
  service_manager::ready();
  tell_status();
}

void service::refuse(const std::vector<json::problem>& problems) {
  ++reloads_.refused;
  reloads_.last_accepted = false;
  record_.refuse(problems);
}

/// What is in force is what the file says; its texts, and what stands where in
/// them, are of no more use here.
void service::accept() {
  record_.accept(now_);
  now_.texts = {};
  now_.places = {};
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
    look_at_clocks();
    tell_status();
  });
}

/// What the days of entries say is looked at anew where the calendar was set.
void service::look_at_clocks() {
  if (is_starting_ || record_.status().is_applying)
    return; // with the next beat
  const auto by = clock_.look(read_clocks());
  if (!by)
    return;
  log_.write(event_of<kind::clock_set>{}.with("seconds", by->count()));
  if (refreshes_)
    refresher_.clock_was_set(now_.settings);
}

reports::vital_signs service::signs() const {
  const auto now = read_clocks();
  auto signs = refresher_.signs(now);
  signs.unanswered =
      std::chrono::floor<std::chrono::seconds>(now.steady - alive_at_);
  return signs;
}

/// Not before the service is ready.
void service::tell_status() const {
  if (ready_ && service_manager::listens())
    service_manager::status(
        status_line(parts_, {.admin = admin_.is_missing(),
                             .metrics = metrics_for_others_.is_missing()}));
}

void service::stop() {
  log_.write(event_of<kind::stopping>{});
  service_manager::stopping();
  const moment limit = read_clocks().steady + longest_stop;
  reader_.end();
  pulse_.stop();
  listeners_.remove_files();
  mail_.stop();
  pages_.give_up();
  files_.give_up();
  threads_.begin_stop(stop_patience);
  const bool ended = refresher_.stop(limit);
  threads_.join();
  const bool counted = hits_.stop(limit);
  if (!ended || !counted || reader_.is_reading() ||
      !record_.is_kept_by(limit) || !pages_.ended_by(limit) ||
      !files_.ended_by(limit))
    leave_what_is_under_way();
  stopped_ = true;
}

/// A thread waits for the disk, or goes through a record: the destructors would
/// wait for it.  It has nothing that another process could miss: files are
/// replaced by one step.
void service::leave_what_is_under_way() {
  log_.write(event_of<kind::stopped>{});
  log_.finish();
  std::_Exit(static_cast<int>(exit_status::done));
}

} // namespace spfblock::server
