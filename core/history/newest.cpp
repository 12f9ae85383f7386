#include "core/history/newest.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace spfblock::history {

void newest::add(const entry& next) {
  std::string line = to_line(next);
  line.pop_back();
  octets_ += line.size();
  part_.push_back(std::move(line));
  const auto kept = [this] { return part_.size() + lines_.size(); };
  while (!part_.empty() && kept() > 1 &&
         (kept() > most_ || octets_ > most_octets)) {
    octets_ -= part_.front().size();
    part_.pop_front();
    has_more_ = true;
  }
}

void newest::turn_back() {
  lines_.insert(lines_.begin(), std::make_move_iterator(part_.begin()),
                std::make_move_iterator(part_.end()));
  part_.clear();
}

std::string
newest::document(const std::optional<std::chrono::sys_seconds>& begins,
                 std::uint64_t cut) const {
  std::string out = "{\"changes\":[";
  const char* separator = "\n";
  for (const auto* const some : {&part_, &lines_}) {
    for (const std::string& each : *some) {
      out += separator + each;
      separator = ",\n";
    }
  }
  return out +
         fmt::format("\n],\"more\":{},\"begins\":{},\"cut\":{}}}\n", has_more_,
                     begins ? std::to_string(begins->time_since_epoch().count())
                            : "null",
                     cut);
}

} // namespace spfblock::history
