#include "server/commands/reload.hpp"

#include "core/reports/status.hpp"
#include "core/reports/status_change.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/querier.hpp"
#include "server/system/file.hpp"
#include "server/system/program.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace spfblock::server {
namespace {

using reports::status_report;

/// That of etc/spfblock.service.
constexpr const char* unit = "spfblock";
/// There exactly where systemd runs the machine, sd_booted(3).
constexpr const char* sign_of_systemd = "/run/systemd/system";

constexpr std::chrono::seconds longest_reload{30};
/// Where systemd says that it failed: did the server hear of it?
constexpr std::chrono::seconds longest_if_failed{5};
constexpr std::chrono::seconds longest_look{20};
/// Of an admin port, while the server answers lookups.
constexpr std::chrono::seconds longest_silence{15};

/// What is said at the admin port.
result<std::string> heard_at(const std::optional<net::endpoint>& admin,
                             const std::string& target = "/status") {
  if (!admin)
    return failure{errc::temporary, "the admin port is off"};
  return admin_get(reachable(*admin), target);
}

result<status_report> status_at(const std::optional<net::endpoint>& admin,
                                const std::string& target) {
  const auto document = heard_at(admin, target);
  if (!document)
    return document.error();
  return reports::status_from_json(*document);
}

bool is_nobody_at(const config::listener& door) {
  return querier{reachable(door)}.is_refused();
}

bool is_systemd_here() {
  std::error_code error;
  return std::filesystem::is_directory(sign_of_systemd, error);
}

bool runs_in_unit(std::uint32_t pid) {
  if (!is_systemd_here())
    return false;
  const auto shown =
      run_program({"systemctl", "show", "--property=MainPID", "--value", unit});
  return shown && trimmed(shown->output) == std::to_string(pid);
}

/// Whether the process is of this program: the number may be of another
/// machine, or of a container.  Without /proc nobody knows, and it is.
bool is_spfblock(std::uint32_t pid) {
  const auto own = read_file("/proc/self/comm");
  const auto its = read_file("/proc/" + std::to_string(pid) + "/comm");
  return !own || (its && *its == *own);
}

bool systemd_reloads() {
  const auto ended = run_program({"systemctl", "reload", unit});
  if (ended && ended->status == 0)
    return true;
  std::cerr << "spfblock: systemctl reload " << unit << " failed\n";
  return false;
}

/// Has the process read its file again; says if that is not possible.
bool hang_up(std::uint32_t pid) {
  std::string why;
  if (!is_spfblock(pid))
    why = "is no spfblock of this machine";
  else if (::kill(static_cast<pid_t>(pid), SIGHUP) != 0)
    why = std::strerror(errno);
  if (why.empty())
    return true;
  std::cerr << "spfblock: cannot reload the server, process " << pid << ": "
            << why << "; what was written takes effect when it is reloaded\n";
  return false;
}

/// What is said at the admin port; asks again while a server is there, which
/// has no time, or no room for one more.
result<std::string> heard_patiently(const config::settings& of) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause{200};
  const auto limit = clock::now() + longest_silence;
  for (;;) {
    auto heard = heard_at(of.admin);
    if (heard || !of.admin || heard.error().code != errc::temporary ||
        clock::now() >= limit || is_nobody_at(of.listen.front()))
      return heard;
    std::this_thread::sleep_for(pause);
  }
}

/// Asks again and again until `is_so`, but no longer than `patience`.
/// @param target of no more than is needed: all domains may be very many
/// @return the last answer
result<status_report>
ask_until(const std::optional<net::endpoint>& admin, const std::string& target,
          std::chrono::seconds patience,
          const std::function<bool(const status_report&)>& is_so) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds longest_pause{1000};
  std::chrono::milliseconds pause{20};
  const auto limit = clock::now() + patience;
  for (;;) {
    auto answer = status_at(admin, target);
    const bool is_final =
        answer ? is_so(*answer) : answer.error().code != errc::temporary;
    if (is_final || clock::now() >= limit)
      return answer;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

bool was_reloaded_since(const status_report& before, const status_report& now) {
  return now.configuration.reloads > before.configuration.reloads &&
         !now.configuration.is_applying;
}

using domain_key = std::pair<std::string, domains::role>;

/// The domains of a report.
std::set<domain_key> keys_of(const status_report& of) {
  std::set<domain_key> all;
  for (const reports::domain_status& each : of.domains)
    all.emplace(each.name, each.role);
  return all;
}

/// The names of the domains that were not there before and have still to be
/// looked at.
std::set<std::string> awaited(const std::set<domain_key>& before,
                              const status_report& now) {
  std::set<std::string> names;
  for (const reports::domain_status& each : now.domains) {
    if (each.condition == reports::domain_condition::waiting &&
        !before.contains({each.name, each.role}))
      names.insert(each.name);
  }
  return names;
}

/// All that is told of the server, when it is published and what is new was
/// looked at, or after so long.
result<status_report> settled(const std::optional<net::endpoint>& admin,
                              const std::set<domain_key>& before) {
  const auto all = [&admin] {
    return ask_until(admin, "/status", longest_look,
                     [](const status_report& /*any*/) { return true; });
  };
  auto now = all();
  if (!now)
    return now;
  const auto names = awaited(before, *now);
  if (now->is_published && names.empty())
    return now;
  const auto last = ask_until(
      admin, status_target(names), longest_look, [&](const status_report& is) {
        return is.is_published && awaited(before, is).empty();
      });
  return last ? all() : last;
}

exit_status no_answer(const std::string& why) {
  std::cerr << "spfblock: " << why
            << "; `spfblock status` says what became of the reload\n";
  return exit_status::unavailable;
}

/// The server was told: waits for what it makes of it.
exit_status await_outcome(const std::optional<net::endpoint>& admin,
                          const status_report& before,
                          std::chrono::seconds patience) {
  const auto no_domains = status_target({});
  auto now =
      ask_until(admin, no_domains, patience, [&](const status_report& is) {
        return was_reloaded_since(before, is);
      });
  if (!now)
    return no_answer(now.error().message);
  if (!was_reloaded_since(before, *now))
    return no_answer("the server has not reloaded yet");
  if (now->configuration.refused_at) {
    std::cerr << "spfblock: the server refuses its configuration: "
              << printable(now->configuration.reason,
                           now->configuration.reason.size())
              << '\n';
    return exit_status::config;
  }
  now = settled(admin, keys_of(before));
  if (!now)
    return no_answer(now.error().message);
  std::cout << "reloaded\n" << reports::change_text(before, *now);
  return exit_status::done;
}

/// No server tells of itself at the admin port: systemd may know one all the
/// same, and one that answers lookups is there.
exit_status reload_unseen(const configuration& now, const failure& why) {
  const bool is_of_unit = now.texts.file == default_configuration_file;
  if (is_of_unit && is_systemd_here()) {
    const auto active =
        run_program({"systemctl", "is-active", "--quiet", unit});
    if (active && active->status == 0) {
      if (!systemd_reloads())
        return exit_status::config;
      std::cout << "reloaded\n";
      return exit_status::done;
    }
  }
  if (is_nobody_at(now.settings.listen.front())) {
    std::cerr << "spfblock: not running (" << why.message
              << "): takes effect at the next start\n";
    return exit_status::done;
  }
  std::cerr << "spfblock: cannot reload the server: " << why.message
            << "; what was written takes effect when it is reloaded\n";
  return exit_status::unavailable;
}

} // namespace

exit_status reload_server(const configuration& now) {
  const auto& admin = now.settings.admin;
  const auto heard = heard_patiently(now.settings);
  if (!heard)
    return reload_unseen(now, heard.error());
  const auto before = reports::status_from_json(*heard);
  if (!before)
    return no_answer(before.error().message);
  if (!before->pid)
    return no_answer("the server does not say which process it is");
  const bool is_of_unit = runs_in_unit(*before->pid);
  const bool told = is_of_unit ? systemd_reloads() : hang_up(*before->pid);
  if (!told && !is_of_unit)
    return exit_status::unavailable;
  const exit_status outcome =
      await_outcome(admin, *before, told ? longest_reload : longest_if_failed);
  return told || outcome != exit_status::done ? outcome : exit_status::config;
}

} // namespace spfblock::server
