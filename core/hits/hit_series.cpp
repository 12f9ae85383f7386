#include "core/hits/hit_series.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace spfblock::hits {
namespace {

using cell = hit_series::cell;
using std::chrono::sys_seconds;

constexpr std::uint64_t most_in_cell =
    std::numeric_limits<std::uint32_t>::max();

std::uint32_t number_of(sys_seconds at, grain of) {
  const auto step = at.time_since_epoch() / step_of(of);
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(step, 0, std::int64_t{most_in_cell}));
}

sys_seconds start_of(std::uint32_t step, grain of) {
  return sys_seconds{step * step_of(of)};
}

bool is_before(const cell& a, std::uint32_t step) {
  return a.step < step;
}

/// The first of `all` from that step on.
template <class Cells>
auto from(Cells& all, std::uint32_t step) {
  return std::lower_bound(all.begin(), all.end(), step, is_before);
}

/// Where one is too many, the first or the last one goes: that which is
/// farther from `step`.
void forget_farthest(std::vector<cell>& of, std::uint32_t step) {
  const std::uint32_t back = step - std::min(step, of.front().step);
  const std::uint32_t ahead = std::max(step, of.back().step) - step;
  of.erase(ahead > back ? of.end() - 1 : of.begin());
}

void add_to(std::vector<cell>& all, std::uint32_t step, std::uint64_t hits,
            std::size_t most) {
  auto at = from(all, step);
  if (at == all.end() || at->step != step)
    at = all.insert(at, {step, 0});
  at->count =
      static_cast<std::uint32_t>(std::min(at->count + hits, most_in_cell));
  if (all.size() > most)
    forget_farthest(all, step);
}

bool ascends(const std::vector<cell>& all) {
  return std::adjacent_find(all.begin(), all.end(),
                            [](const cell& a, const cell& b) {
                              return a.step >= b.step;
                            }) == all.end();
}

} // namespace

void hit_series::add(sys_seconds at, std::uint64_t hits) {
  if (hits == 0)
    return;
  last_ = at;
  for (const grain each : grains)
    add_to(cells_[static_cast<std::size_t>(each)], number_of(at, each),
           std::min(hits, most_in_cell), steps_of(each));
}

void hit_series::merge_earlier(const hit_series& other) {
  hit_series both = other;
  for (const grain each : grains) {
    auto& into = both.cells_[static_cast<std::size_t>(each)];
    for (const cell& one : cells(each))
      add_to(into, one.step, one.count, steps_of(each));
  }
  if (last_)
    both.last_ = last_;
  *this = std::move(both);
}

hit_window hit_series::window(grain of, sys_seconds now) const {
  const std::size_t steps = steps_of(of);
  const std::uint32_t present = number_of(now, of);
  const std::uint32_t first =
      present - std::min(present, static_cast<std::uint32_t>(steps - 1));
  hit_window made{start_of(first, of), step_of(of),
                  std::vector<std::uint64_t>(steps)};
  const auto& all = cells(of);
  for (auto at = from(all, first); at != all.end() && at->step <= present; ++at)
    made.counts[at->step - first] = at->count;
  return made;
}

std::uint64_t hit_series::in_hour(sys_seconds now) const {
  return in_last(grain::minute, 60, now);
}

std::uint64_t hit_series::in_day(sys_seconds now) const {
  return in_last(grain::half_hour, 48, now);
}

std::uint64_t hit_series::in_last(grain of, std::size_t steps,
                                  sys_seconds now) const {
  const std::uint32_t present = number_of(now, of);
  const std::uint32_t first =
      present - std::min(present, static_cast<std::uint32_t>(steps - 1));
  const auto& all = cells(of);
  std::uint64_t sum = 0;
  for (auto at = from(all, first); at != all.end() && at->step <= present; ++at)
    sum += at->count;
  return sum;
}

std::size_t hit_series::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& each : cells_)
    sum += each.size();
  return sum;
}

std::optional<hit_series> hit_series::of_parts(parts of) {
  for (const grain each : grains) {
    const auto& all = of.cells[static_cast<std::size_t>(each)];
    if (all.size() > steps_of(each) || !ascends(all))
      return std::nullopt;
  }
  hit_series made;
  made.last_ = of.last;
  made.cells_ = std::move(of.cells);
  return made;
}

} // namespace spfblock::hits
