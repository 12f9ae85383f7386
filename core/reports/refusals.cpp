#include "core/reports/refusals.hpp"

#include <algorithm>

namespace spfblock::reports {
namespace {

/// The most first, then by name.
template <class Pairs, class Count>
void sort_by_count(Pairs& pairs, Count count) {
  std::sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) {
    const std::uint64_t of_a = count(a.second);
    const std::uint64_t of_b = count(b.second);
    return of_a != of_b ? of_a > of_b : a.first < b.first;
  });
}

std::uint64_t& count_of(maillog::measure what, listing_refusals& in) {
  switch (what) {
  case maillog::measure::reject: return in.rejected;
  case maillog::measure::defer: return in.deferred;
  case maillog::measure::warn:
  case maillog::measure::reject_warning:
  case maillog::measure::other: return in.would;
  default: return in.other;
  }
}

void add_time(const maillog::event& next, listing_refusals& to) {
  if (!next.at)
    return;
  to.first = std::min(to.first.value_or(*next.at), *next.at);
  to.last = std::max(to.last.value_or(*next.at), *next.at);
}

} // namespace

void tally::add(std::string_view text) {
  constexpr std::size_t longest = 320;
  std::string key{text.substr(0, longest)};
  if (const auto known = counts_.find(key); known != counts_.end())
    ++known->second;
  else if (counts_.size() < most_texts)
    counts_.emplace(std::move(key), 1);
  else
    ++others_;
}

std::vector<std::pair<std::string, std::uint64_t>> tally::by_frequency() const {
  std::vector<std::pair<std::string, std::uint64_t>> made{counts_.begin(),
                                                          counts_.end()};
  sort_by_count(made, [](std::uint64_t count) { return count; });
  return made;
}

void refusals::take(const maillog::event& next) {
  if (next.kind != maillog::event_kind::refused)
    return;
  const auto listing = ours_->listing_of(next);
  if (!listing)
    return;
  const bool room =
      listings_.size() < most_listings || listings_.contains(*listing);
  listing_refusals& of = listings_[room ? *listing : "?"];
  ++count_of(next.measure, of);
  add_time(next, of);
  if (next.address)
    of.hosts.add(next.address->to_string());
  if (next.sender)
    of.senders.add(next.sender->empty() ? "<>" : *next.sender);
  if (next.recipient)
    of.recipients.add(*next.recipient);
}

std::vector<std::pair<std::string_view, const listing_refusals*>>
refusals::by_listing() const {
  std::vector<std::pair<std::string_view, const listing_refusals*>> made;
  for (const auto& [name, of] : listings_)
    made.emplace_back(name, &of);
  sort_by_count(made, [](const listing_refusals* of) { return of->all(); });
  return made;
}

} // namespace spfblock::reports
