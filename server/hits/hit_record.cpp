#include "server/hits/hit_record.hpp"

namespace spfblock::server {

void hit_record::harvest(const listing_hits& counted,
                         std::chrono::sys_seconds now) {
  const std::lock_guard alone{access_};
  ledger_.begin(now);
  taken_.resize(std::size_t{numbers_.last()} + 1);
  for (std::uint32_t number = 0; number < taken_.size(); ++number) {
    const std::uint64_t so_far = counted.of(number);
    const std::uint64_t before = std::exchange(taken_[number], so_far);
    if (so_far != before)
      ledger_.add(numbers_.name_of(number), so_far - before, now);
  }
  dropped_ += ledger_.make_room();
}

void hit_record::merge_earlier(const hits::hit_ledger& kept) {
  const std::lock_guard alone{access_};
  ledger_.merge_earlier(kept);
  dropped_ += ledger_.make_room();
}

std::uint64_t hit_record::dropped() const {
  const std::lock_guard alone{access_};
  return dropped_;
}

} // namespace spfblock::server
