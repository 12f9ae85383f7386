#include "core/maillog/time_stamp.hpp"
#include "core/reports/replay.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <numeric>
#include <string_view>

namespace spfblock::reports {
namespace {

using maillog::fate;

/// How many mails are shown.
constexpr std::size_t most_lines = 20;

std::uint64_t sum(const replay::counts& of) {
  return std::accumulate(of.begin(), of.end(), std::uint64_t{0});
}

std::uint64_t count(const replay::counts& of, fate which) {
  return of.at(static_cast<std::size_t>(which));
}

void append_count(std::uint64_t number, std::string_view what,
                  std::string& to) {
  if (number > 0)
    fmt::format_to(std::back_inserter(to), "  {}: {}\n", what, number);
}

/// What became of the mails, but for those that were delivered.
void append_fates(const replay::counts& of, std::string& to) {
  append_count(count(of, fate::refused), "refused anyway", to);
  append_count(count(of, fate::deferred), "refused for the time being", to);
  append_count(count(of, fate::not_delivered),
               "taken, and bounced or discarded", to);
  append_count(count(of, fate::unknown),
               "taken, and the log does not say what became of them", to);
}

std::string mail_line(const replay::hurt& of) {
  std::string recipients;
  for (const std::string& each : of.mail.recipients)
    recipients += (recipients.empty() ? "" : ", ") + printable(each);
  return fmt::format(
      "    {}  {}  {} -> {}: {} ({})\n",
      of.mail.at ? maillog::log_time_text(*of.mail.at) : "no time",
      of.mail.address.to_string(),
      of.mail.sender ? '<' + printable(*of.mail.sender) + '>' : "?",
      recipients.empty() ? "?" : recipients, of.listing,
      of.network.to_string());
}

void append_harmed(const replay& of, std::string& to) {
  append_count(of.harmed(), "DELIVERED", to);
  const auto& shown = of.shown();
  for (std::size_t i = 0; i < shown.size() && i < most_lines; ++i)
    to += mail_line(shown[i]);
  if (of.harmed() > most_lines && shown.size() > most_lines)
    to += fmt::format("    and {} more\n", of.harmed() - most_lines);
}

} // namespace

std::string to_text(const replay& of) {
  std::string made = fmt::format("mails: {}\nwould be rejected: {}\n",
                                 of.mails(), sum(of.rejected()));
  append_fates(of.rejected(), made);
  append_count(of.spam(), "delivered, and taken for spam", made);
  append_harmed(of, made);
  if (const auto told = sum(of.told()); told > 0) {
    made +=
        fmt::format("would only be told of (WARN and its like): {}\n", told);
    append_fates(of.told(), made);
    append_count(count(of.told(), fate::delivered), "delivered", made);
  }
  return made;
}

} // namespace spfblock::reports
