// What is known of claims, for a time.
#pragma once

#include "core/query_time/claim.hpp"
#include "core/support/timestamp.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace spfblock::query_time {

/// What check_host() says of a claim.
enum class verdict : std::uint8_t {
  passes,
  does_not,
  sought, ///< not known, and being looked at
  open,   ///< not known: the DNS failed, or there is no room to look
};

/// Keeps verdicts in two generations: where the young one is full it becomes
/// the old one, and what was old is forgotten.  So it is bounded, whatever is
/// claimed, and what is asked for again and again is asked of the DNS again
/// once in so many others.
///
/// Not thread-safe.
class verdicts {
public:
  /// Of one generation.
  struct bounds {
    std::size_t claims = 50'000;
    std::size_t octets = 16U << 20U;
  };

  explicit verdicts(bounds most) : most_{most} {}
  verdicts() : verdicts{bounds{}} {}

  /// Nothing if it is not known any more, or never was.
  [[nodiscard]] std::optional<verdict> find(const claim& of, moment now) const;

  /// Instead of what was known.
  void put(const claim& of, verdict said, moment until);

  void clear() { young_ = old_ = {}; }

  /// How many are kept, those included that have passed.
  [[nodiscard]] std::size_t size() const noexcept {
    return young_.known.size() + old_.known.size();
  }

private:
  struct entry {
    verdict said;
    moment until;
  };
  struct generation {
    tsl::hopscotch_map<claim, entry> known;
    std::size_t octets = 0;
  };

  bounds most_;
  generation young_;
  generation old_;
};

} // namespace spfblock::query_time
