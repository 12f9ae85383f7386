#include "core/history/newest.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::history {

void newest::add(const entry& next) {
  std::string line = to_line(next);
  line.pop_back();
  octets_ += line.size();
  lines_.push_back(std::move(line));
  while (lines_.size() > 1 &&
         (lines_.size() > most_ || octets_ > most_octets)) {
    octets_ -= lines_.front().size();
    lines_.pop_front();
    has_more_ = true;
  }
}

std::string
newest::document(const std::optional<std::chrono::sys_seconds>& begins,
                 std::uint64_t cut) const {
  std::string out = "{\"changes\":[";
  const char* separator = "\n";
  for (const std::string& each : lines_) {
    out += separator + each;
    separator = ",\n";
  }
  return out +
         fmt::format("\n],\"more\":{},\"begins\":{},\"cut\":{}}}\n", has_more_,
                     begins ? std::to_string(begins->time_since_epoch().count())
                            : "null",
                     cut);
}

} // namespace spfblock::history
