#include "core/reports/file_status.hpp"

#include "core/reports/all_printable.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <limits>

namespace spfblock::reports {
namespace {

/// A count, or null.
void read_entries(const json::json_value& value, file_status& into) {
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  if (!value.is_null())
    into.entries = value.read_integer(0, most);
}

std::string state_text(const file_status& of) {
  if (!of.trouble.empty())
    return "NOT WRITTEN: " + of.trouble;
  if (!of.entries)
    return of.changed_at ? "the file of an earlier run, until all domains were "
                           "looked at"
                         : "not written yet";
  return of.is_current ? "up to date" : "the table has changed since";
}

} // namespace

std::string to_text(const file_status& of, std::chrono::sys_seconds now) {
  std::string text =
      fmt::format("published: {} ({}): {}", of.file, of.format, state_text(of));
  if (of.entries)
    text += "; " + counted(*of.entries, "entry", "entries");
  if (of.changed_at)
    text += fmt::format(
        ", as of {}, {} ago", utc_text(*of.changed_at),
        span_text(std::max(now - *of.changed_at, std::chrono::seconds{0})));
  for (const std::string& each : of.left_out)
    text += "; left out: " + each;
  return all_printable(text);
}

void write(json::writer& to, const file_status& of,
           std::chrono::sys_seconds now) {
  std::optional<std::chrono::seconds> age;
  if (of.changed_at)
    age = std::max(now - *of.changed_at, std::chrono::seconds{0});
  to.begin_object()
      .member("format", of.format)
      .member("file", of.file)
      .member("entries", of.entries)
      .member("left_out", of.left_out)
      .member("changed_at", of.changed_at)
      .member("age_s", age)
      .member("current", of.is_current)
      .member("trouble", of.trouble)
      .end_object();
}

const json::field_table<file_status>& file_fields() {
  using status = file_status;
  static const json::field_table<status> fields{
      {"format", json::text(&status::format)},
      {"file", json::text(&status::file)},
      {"entries", read_entries},
      {"left_out", json::texts(&status::left_out)},
      {"changed_at", json::time(&status::changed_at)},
      {"current", json::boolean(&status::is_current)},
      {"trouble", json::text(&status::trouble)},
  };
  return fields;
}

} // namespace spfblock::reports
