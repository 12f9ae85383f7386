#include "core/domains/schedule.hpp"

#include <algorithm>

namespace spfblock::domains {

using std::chrono::seconds;

namespace {

/// `wait` doubled `times` times, up to `most`.
seconds doubled(seconds wait, unsigned times, seconds most) {
  for (unsigned i = 0; i < times && wait < most; ++i)
    wait *= 2;
  return std::min(wait, most);
}

} // namespace

seconds wait_after_success(const config::refresh_settings& by,
                           std::uint32_t ttl, unsigned changes) {
  seconds wait = by.interval;
  if (by.follow_ttl)
    wait = std::min(std::max(seconds{ttl}, by.minimum), by.interval);
  if (changes > 1)
    wait = std::max(wait, doubled(by.minimum, changes - 1, by.interval));
  return wait;
}

seconds wait_after_cost(const config::refresh_settings& by,
                        std::size_t questions, std::uint64_t work) {
  constexpr std::size_t questions_a_second = 4;
  constexpr std::uint64_t work_a_second = 100'000;
  return std::min<seconds>(
      seconds{std::max<std::uint64_t>(questions / questions_a_second,
                                      work / work_a_second)},
      by.interval);
}

seconds wait_after_failure(const config::refresh_settings& by,
                           unsigned failures) {
  return doubled(by.retry, failures, by.interval);
}

seconds spread(seconds wait, const config::refresh_settings& by,
               double fraction) {
  const auto less = std::chrono::duration_cast<seconds>(
      wait * fraction * 0.1); // NOLINT(*-magic-numbers)
  return std::max(wait - less, std::min(wait, by.minimum));
}

} // namespace spfblock::domains
