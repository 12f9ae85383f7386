#include "core/hits/hits_json.hpp"

#include "core/json/writer.hpp"

#include <string_view>

namespace spfblock::hits {
namespace {

void write_window(json::writer& to, std::string_view name,
                  const hit_window& of) {
  to.key(name)
      .begin_object()
      .member("start", of.start)
      .member("step", of.step)
      .key("counts")
      .begin_array();
  for (const std::uint64_t each : of.counts)
    to.value(each);
  to.end_array().end_object();
}

} // namespace

std::string hits_json(const std::string& listing, const hit_series* of,
                      std::chrono::sys_seconds now) {
  static const hit_series none;
  const hit_series& series = of ? *of : none;
  json::writer to{json::layout::dense};
  to.begin_object().key("listing");
  if (listing.empty())
    to.value(nullptr);
  else
    to.value(listing);
  write_window(to, "minutes", series.window(grain::minute, now));
  write_window(to, "half_hours", series.window(grain::half_hour, now));
  write_window(to, "days", series.window(grain::day, now));
  to.end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::hits
