#include "core/history/daily_room.hpp"

namespace spfblock::history {

std::string daily_room::line_of(entry of) {
  const auto day = std::chrono::floor<std::chrono::days>(of.at);
  if (day != day_) {
    day_ = day;
    used_.clear();
  }
  std::string line = to_line(of);
  // What a start tells is told once.
  if (of.listing.empty() || of.why == cause::start)
    return line;
  std::size_t& used = used_[of.listing];
  used += line.size();
  if (used <= octets)
    return line;
  for (portion* each : {&of.added, &of.removed, &of.refused})
    each->named.clear();
  return to_line(of);
}

} // namespace spfblock::history
