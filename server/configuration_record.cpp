#include "server/configuration_record.hpp"

#include "server/system/clocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace spfblock::server {

using log::event_of;
using log::kind;
using reports::configuration_source;

namespace {

/// How often the log is told that the file is not in force.
constexpr std::chrono::minutes reminder_interval{1};
/// So many faults are told, and how many more there are.
constexpr std::size_t most_faults = 20;

std::size_t count_faults(const std::vector<json::problem>& problems) {
  return static_cast<std::size_t>(std::count_if(
      problems.begin(), problems.end(),
      [](const json::problem& each) { return !each.is_warning; }));
}

/// The first fault, and how many more there are.
std::string summary(const std::vector<json::problem>& problems) {
  const std::size_t faults = count_faults(problems);
  std::string text = problems.front().to_string();
  if (faults > 1)
    text += fmt::format("; and {} more", faults - 1);
  return text;
}

reports::configuration_status begun_with(const beginning& by) {
  if (by.refused.empty())
    return {};
  return {by.chosen ? configuration_source::accepted
                    : configuration_source::none,
          read_clocks().wall, summary(by.refused)};
}

} // namespace

configuration_record::configuration_record(
    boost::asio::io_context& io, const log_sink& log, std::string file,
    const beginning& with, const std::optional<std::string>& kept_at)
    : log_{log},
      file_{std::move(file)},
      status_{begun_with(with)},
      keeper_{kept_at, log},
      reminder_{io, [this] { remind(); }} {}

void configuration_record::tell_beginning(const beginning& with) {
  if (!with.trouble.empty())
    log_.write(event_of<kind::kept_configuration_unusable>{}.with(
        "reason", with.trouble));
  if (with.refused.empty())
    return;
  remind();
  tell_faults(with.refused);
}

void configuration_record::accept(const configuration& now) {
  const std::uint64_t reloads = status_.reloads;
  status_ = {};
  status_.reloads = reloads;
  status_.is_applying = true;
  keeper_.keep(now);
}

void configuration_record::refuse(const std::vector<json::problem>& problems) {
  status_.refused_at = read_clocks().wall;
  status_.reason = summary(problems);
  status_.is_applying = false;
  log_.write(event_of<kind::configuration_refused>{}
                 .with("file", file_)
                 .with("faults", count_faults(problems)));
  tell_faults(problems);
}

void configuration_record::remind() {
  if (status_.running == configuration_source::file)
    return;
  log_.write(event_of<kind::configuration_not_in_force>{}
                 .with("file", file_)
                 .with("running", text_of(status_.running))
                 .with("reason", status_.reason));
  reminder_.set(read_clocks().steady + reminder_interval);
}

void configuration_record::tell_faults(
    const std::vector<json::problem>& problems) const {
  const std::size_t faults = count_faults(problems);
  for (std::size_t i = 0; i < std::min(faults, most_faults); ++i)
    log_.write(event_of<kind::configuration_fault>{}.with(
        "fault", problems[i].to_string()));
  if (faults > most_faults)
    log_.write(event_of<kind::configuration_fault>{}.with(
        "fault", fmt::format("and {} more", faults - most_faults)));
}

} // namespace spfblock::server
