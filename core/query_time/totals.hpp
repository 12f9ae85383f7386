// How mail that claims a listed domain fared.
#pragma once

#include <cstdint>

namespace spfblock::query_time {

/// Of checks of claims, since the start.
struct check_totals {
  // Those that came to an end, but for canaries.
  std::uint64_t passed = 0;
  std::uint64_t not_passed = 0;
  std::uint64_t failed = 0; ///< by the DNS, or after too long a time

  std::uint64_t canaries = 0; ///< begun about addresses that are nobody's
  /// Claims that there was no room to look at: too many checks at once, or too
  /// many questions.
  std::uint64_t over_budget = 0;
  /// Checks that began anew later, since the answers to all took too much of
  /// memory (spf::asked_checks).
  std::uint64_t put_aside = 0;

  [[nodiscard]] std::uint64_t ended() const noexcept {
    return passed + not_passed + failed;
  }

  friend bool operator==(const check_totals&, const check_totals&) = default;
};

/// Of mail and of checks, since the start.
struct totals {
  // Mails that made a claim, by what was known of it as they came: `passes` and
  // `does_not` without asking the DNS.  One that waits counts as sought, and
  // again when it is answered.
  std::uint64_t passes = 0;
  std::uint64_t does_not = 0;
  std::uint64_t sought = 0;
  std::uint64_t open = 0;

  std::uint64_t waits = 0; ///< replies that waited
  check_totals checks;

  [[nodiscard]] std::uint64_t claims() const noexcept {
    return passes + does_not + sought + open;
  }

  friend bool operator==(const totals&, const totals&) = default;
};

} // namespace spfblock::query_time
