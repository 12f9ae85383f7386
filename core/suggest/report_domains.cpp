#include "core/maillog/time_stamp.hpp"
#include "core/suggest/report.hpp"
#include "core/support/calendar.hpp"

#include <fmt/format.h>

#include <optional>

namespace spfblock::suggest {
namespace {

/// What speaks for it, on one line.
std::string reason_for(const suggestion& of) {
  std::string made = marks_text(of.marks);
  if (made.empty())
    made = fmt::format("{} bad from its networks, none in its name",
                       of.traffic.bad);
  made += fmt::format("; passing hosts: {}, networks: {}", of.hosts.size(),
                      of.networks.prefix_count());
  if (of.marks.first)
    made += fmt::format("; {} to {}", maillog::log_time_text(*of.marks.first),
                        maillog::log_time_text(*of.marks.last));
  if (!of.listed.empty())
    made += fmt::format("; {} % are listed by {}", of.listed.front().percent,
                        of.listed.front().listing);
  return made;
}

void append(const suggestion& of, std::string& to) {
  const std::string name = of.name.to_string();
  if (of.covered_by)
    to += fmt::format("# {} is in {}: {}\n", name, of.covered_by->to_string(),
                      reason_for(of));
  else
    to += fmt::format("{}  # {}\n", name, reason_for(of));
}

} // namespace

std::string to_domain_list(const judgement& of, const origin& from) {
  const std::string until = day_text(from.until);
  std::string made = fmt::format(
      "# Suggested by spfblock on {}, by the mail log and the records of "
      "then.\n"
      "# A list has no end of its own: until {}, look whether they still send. "
      "Or, with an end:\n"
      "#     spfblock add --watch --until {} DOMAIN...\n",
      utc_text(from.looked_at), until, until);
  for (const group& some : of.groups) {
    made += '\n';
    for (const std::string& each : some.in_common)
      made += fmt::format("# in common: {}\n", each);
    for (const suggestion& each : some.suggestions)
      append(each, made);
  }
  return made;
}

} // namespace spfblock::suggest
