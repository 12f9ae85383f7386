// Hits of one listing over time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace spfblock::hits {

/// How finely hits are told apart, and how far back.
enum class grain : std::uint8_t {
  minute,    ///< 60 of them
  half_hour, ///< 96: two days
  day,       ///< of UTC, 365
};

inline constexpr std::array<grain, 3> grains{grain::minute, grain::half_hour,
                                             grain::day};

[[nodiscard]] constexpr std::chrono::seconds step_of(grain of) noexcept {
  constexpr std::array<std::chrono::seconds, 3> steps{std::chrono::minutes{1},
                                                      std::chrono::minutes{30},
                                                      std::chrono::hours{24}};
  return steps[static_cast<std::size_t>(of)];
}

/// How many steps are kept, and told.
[[nodiscard]] constexpr std::size_t steps_of(grain of) noexcept {
  constexpr std::array<std::size_t, 3> counts{60, 96, 365};
  return counts[static_cast<std::size_t>(of)];
}

/// Hits step by step, up to and with the present step.
struct hit_window {
  std::chrono::sys_seconds start{}; ///< of the oldest step
  std::chrono::seconds step{};
  std::vector<std::uint64_t> counts; ///< the oldest first; steps_of() of them

  friend bool operator==(const hit_window&, const hit_window&) = default;
};

/// When a listing answered, and how often.
///
/// Steps without hits take no memory; of each grain as many with hits are kept
/// as are told.  Where there is one more, the one goes that is farthest away in
/// time from the hits that come: so a clock that was wrong for a while costs no
/// more steps than it had hits in, be it ahead or behind.  What lies ahead of
/// the clock is not told before its time.
///
/// A regular value type.
class hit_series {
public:
  /// Hits of one step.
  struct cell {
    std::uint32_t step = 0;  ///< since 1970, counted in steps
    std::uint32_t count = 0; ///< 2^32-1 stands for any more

    friend bool operator==(const cell&, const cell&) = default;
  };

  /// @param at when; a time before 1970 counts as 1970
  /// @param hits 0 changes nothing
  void add(std::chrono::sys_seconds at, std::uint64_t hits);

  /// Adds what another one knows of the time before.
  void merge_earlier(const hit_series& other);

  [[nodiscard]] hit_window window(grain of, std::chrono::sys_seconds now) const;

  /// In the last 60 minutes, the present one among them; as the minutes of
  /// window() say.
  [[nodiscard]] std::uint64_t in_hour(std::chrono::sys_seconds now) const;

  /// In the last 48 half hours, the present one among them.
  [[nodiscard]] std::uint64_t in_day(std::chrono::sys_seconds now) const;

  /// When hits were last added.
  [[nodiscard]] const std::optional<std::chrono::sys_seconds>&
  last() const noexcept {
    return last_;
  }

  /// What is kept, ascending by `step`.
  [[nodiscard]] const std::vector<cell>& cells(grain of) const noexcept {
    return cells_[static_cast<std::size_t>(of)];
  }

  /// How many cells there are, of all grains.
  [[nodiscard]] std::size_t size() const noexcept;

  /// What was kept of a series.
  struct parts {
    std::optional<std::chrono::sys_seconds> last;
    std::array<std::vector<cell>, grains.size()> cells;
  };

  /// @return nothing if there are more cells than are kept, or they do not
  ///         ascend
  [[nodiscard]] static std::optional<hit_series> of_parts(parts of);

  friend bool operator==(const hit_series&, const hit_series&) = default;

private:
  [[nodiscard]] std::uint64_t in_last(grain of, std::size_t steps,
                                      std::chrono::sys_seconds now) const;

  std::optional<std::chrono::sys_seconds> last_;
  std::array<std::vector<cell>, grains.size()> cells_;
};

} // namespace spfblock::hits
