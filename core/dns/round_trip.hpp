// How long a name server takes to answer, as measured (RFC 6298).
#pragma once

#include <chrono>
#include <optional>

namespace spfblock::dns {

/// A span of time, as exact as round trips are measured.
using duration = std::chrono::microseconds;

/// No question is repeated sooner: less is within what a busy machine takes.
inline constexpr duration shortest_patience = std::chrono::milliseconds{50};

/// The round-trip time of one server, smoothed, with its mean deviation
/// (RFC 6298 §2).  Regular value type; knows nothing at first.
class round_trip {
public:
  /// An answer came so long after its question was sent, once.
  /// @pre not negative
  void add(duration sample) noexcept;

  /// An answer came to a question that was sent more than once, so long after
  /// it was sent first.  It may belong to any of them, so it is no sample
  /// (Karn's algorithm, RFC 6298 §3); but patience() may have been too short.
  /// Until the next sample it is at least `most` and an eighth more, or else a
  /// server that became slow would never be measured again.  Not doubled as in
  /// §5.5: of many questions under way at once each one lost would double it.
  /// @pre not negative
  void back_off(duration most) noexcept;

  /// After how long without an answer a question should be repeated: twice the
  /// smoothed time, or more where times vary (the smoothed time and four
  /// deviations, RFC 6298 §2); at least shortest_patience.  No value before the
  /// first sample.
  /// @param doublings how often what was measured is doubled: for a question
  ///        that was repeated so often already; below 16
  [[nodiscard]] std::optional<duration>
  patience(unsigned doublings = 0) const noexcept;

private:
  std::optional<duration> smoothed_;
  duration deviation_{0};
  duration least_{0}; ///< of patience, since the last sample
};

} // namespace spfblock::dns
