#include "core/hits/hit_ledger.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace spfblock::hits {

using std::chrono::sys_seconds;

void hit_ledger::begin(sys_seconds at) {
  if (!complete_since_)
    complete_since_ = at;
}

void hit_ledger::put(const std::string& listing, hit_series of) {
  hit_series& place = listings_[listing];
  cells_ = cells_ - place.size() + of.size();
  place = std::move(of);
}

void hit_ledger::add(const std::string& listing, std::uint64_t hits,
                     sys_seconds at) {
  if (hits == 0)
    return;
  in_all_.add(at, hits);
  if (listing.empty())
    return;
  hit_series& of = listings_[listing];
  cells_ -= of.size();
  of.add(at, hits);
  cells_ += of.size();
}

void hit_ledger::merge_earlier(const hit_ledger& other) {
  if (other.complete_since_)
    complete_since_ = other.complete_since_;
  in_all_.merge_earlier(other.in_all_);
  for (const auto& [name, earlier] : other.listings_) {
    hit_series both = listings_[name];
    both.merge_earlier(earlier);
    put(name, std::move(both));
  }
}

/// A sixteenth more than must: so it is not to be done each time.
std::size_t hit_ledger::make_room() {
  if (cells_ <= most_cells_)
    return 0;
  std::vector<std::pair<sys_seconds, std::string>> by_last;
  by_last.reserve(listings_.size());
  for (const auto& [name, series] : listings_)
    by_last.emplace_back(series.last().value_or(sys_seconds{}), name);
  std::sort(by_last.begin(), by_last.end());
  const std::size_t wanted = most_cells_ - most_cells_ / 16;
  std::size_t dropped = 0;
  for (const auto& [last, name] : by_last) {
    if (cells_ <= wanted)
      break;
    const auto at = listings_.find(name);
    cells_ -= at->second.size();
    listings_.erase(at);
    complete_since_ = std::max(complete_since_.value_or(last), last);
    ++dropped;
  }
  return dropped;
}

const hit_series* hit_ledger::find(std::string_view listing) const {
  const auto at = listings_.find(listing);
  return at == listings_.end() ? nullptr : &at->second;
}

} // namespace spfblock::hits
