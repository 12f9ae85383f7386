#include "core/spf/network_run.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace spfblock::spf {

/// Addresses that one term decides.
template <class Number>
struct segment {
  net::range<Number> addresses;
  std::size_t term = 0;
  bool passes = false;
};

namespace {

/// What it costs to sort a network among others, in ranges walked through.
constexpr std::uint64_t work_to_sort = 8;

template <class Number>
const std::vector<net::range<Number>>& ranges_of(const net::address_set& set) {
  if constexpr (sizeof(Number) == sizeof(std::uint32_t))
    return set.ipv4().ranges();
  else
    return set.ipv6().ranges();
}

template <class Number>
net::address_set set_of(std::vector<net::range<Number>> ranges) {
  auto numbers = net::range_set<Number>::of(std::move(ranges));
  if constexpr (sizeof(Number) == sizeof(std::uint32_t))
    return net::address_set{std::move(numbers), {}};
  else
    return net::address_set{{}, std::move(numbers)};
}

template <class Number>
constexpr net::family family_of = sizeof(Number) == sizeof(std::uint32_t)
                                      ? net::family::ipv4
                                      : net::family::ipv6;

/// Calls `visit(segment, range)` for all that segments and ranges, both
/// ascending, have in common.
template <class Number, class Visit>
void for_each_common(const std::vector<segment<Number>>& segments,
                     const std::vector<net::range<Number>>& ranges,
                     Visit visit) {
  auto at = segments.begin();
  for (const auto& range : ranges) {
    at = std::partition_point(at, segments.end(), [&](const auto& below) {
      return below.addresses.last < range.first;
    });
    for (auto each = at;
         each != segments.end() && each->addresses.first <= range.last; ++each)
      visit(*each,
            net::range<Number>{std::max(each->addresses.first, range.first),
                               std::min(each->addresses.last, range.last)});
  }
}

} // namespace

/// All addresses of the networks of one family, each with the term that decides
/// about it.
template <class Number>
struct network_run::partition {
  std::vector<segment<Number>> segments; ///< ascending, disjoint

  /// @param sorted by first address, outer networks before inner ones; of equal
  ///        ones the first term first
  explicit partition(const std::vector<member>& sorted) {
    for (const member& each : sorted) {
      const auto first = static_cast<Number>(each.network.first().number());
      while (!open_.empty() && open_.back().last < first)
        close();
      // Who is in an outer network of an earlier term is decided.
      if (!open_.empty() && open_.back().by->term < each.term)
        continue;
      if (!open_.empty() && next_ < first)
        put(static_cast<Number>(first - 1));
      next_ = first;
      open_.push_back(
          {static_cast<Number>(each.network.last().number()), &each});
    }
    while (!open_.empty())
      close();
  }

private:
  struct open {
    Number last;
    const member* by;
  };

  /// The addresses from next_ on are decided by the innermost network.
  void put(Number last) {
    const member& by = *open_.back().by;
    segments.push_back({{next_, last}, by.term, by.passes});
  }

  /// Ends the innermost network, and those around it that end with it.
  void close() {
    const Number last = open_.back().last;
    put(last);
    while (!open_.empty() && open_.back().last == last)
      open_.pop_back();
    next_ = static_cast<Number>(last + 1);
  }

  std::vector<open> open_; ///< each within the one before it
  Number next_{};
};

std::vector<network_run::member> network_run::meeting(const cohorts& whom,
                                                      net::family of) const {
  std::vector<member> some;
  for (const member& each : members_) {
    if (each.network.family() == of && whom.meets(each.network))
      some.push_back(each);
  }
  std::sort(some.begin(), some.end(), [](const member& a, const member& b) {
    return std::tuple{a.network.first(), a.network.length(), a.term} <
           std::tuple{b.network.first(), b.network.length(), b.term};
  });
  return some;
}

namespace {

/// The counts of a cohort, which no other one of its family has.
using counts = std::tuple<net::family, unsigned, unsigned>;

counts counts_of(const cohort& of) {
  return {of.family, of.dns_terms, of.void_lookups};
}

/// What one term decides of one cohort.
template <class Number>
struct piece {
  std::size_t term = 0;
  net::range<Number> addresses;
};

/// Joins what a term decides, of whatever cohorts.
template <class Number>
void add_shares(std::vector<piece<Number>> pieces,
                std::vector<network_run::share>& to) {
  std::sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) {
    return std::tie(a.term, a.addresses.first) <
           std::tie(b.term, b.addresses.first);
  });
  for (auto at = pieces.begin(); at != pieces.end();) {
    const std::size_t term = at->term;
    std::vector<net::range<Number>> ranges;
    for (; at != pieces.end() && at->term == term; ++at)
      ranges.push_back(at->addresses);
    cohorts whom;
    whom.add({family_of<Number>, 0, 0, set_of<Number>(std::move(ranges))});
    to.push_back({term, std::move(whom)});
  }
}

/// What the terms of one family decide.
template <class Number>
class division {
public:
  division(const std::vector<segment<Number>>& segments, cohorts& undecided,
           network_run::decided& into, std::uint64_t& work)
      : segments_{segments},
        undecided_{undecided},
        into_{into},
        work_{work} {}

  void divide() {
    if (segments_.empty())
      return;
    into_.passed.add(take(true));
    into_.refused.add(take(false));
    work_ += work_to_sort * pieces_.size();
    add_shares(std::move(pieces_), into_.shares);
    for (const cohort& left : undecided_.members())
      last_terms_.erase(counts_of(left));
    for (const auto& [of, term] : last_terms_)
      into_.endings.push_back({term, std::get<1>(of), std::get<2>(of)});
  }

private:
  /// Takes out those who pass, or those who do not.
  cohorts take(bool passing) {
    std::vector<net::range<Number>> ranges;
    for (const segment<Number>& each : segments_) {
      if (each.passes == passing)
        ranges.push_back(each.addresses);
    }
    const net::address_set all = set_of<Number>(std::move(ranges));
    if (all.empty())
      return {};
    work_ += undecided_.work_to_part(all);
    cohorts taken = undecided_.extract(all);
    for (const cohort& each : taken.members())
      note(each);
    return taken;
  }

  void note(const cohort& of) {
    std::size_t& last = last_terms_[counts_of(of)];
    for_each_common(segments_, ranges_of<Number>(of.addresses),
                    [&](const auto& by, const auto& range) {
                      pieces_.push_back({by.term, range});
                      last = std::max(last, by.term);
                    });
  }

  const std::vector<segment<Number>>& segments_;
  cohorts& undecided_;
  network_run::decided& into_;
  std::uint64_t& work_;
  std::vector<piece<Number>> pieces_;
  std::map<counts, std::size_t> last_terms_; ///< that took of a cohort
};

} // namespace

network_run::decided network_run::take_from(cohorts& undecided,
                                            std::uint64_t& work) const {
  decided made;
  work += members_.size() * (1 + undecided.members().size()) / 2;
  const auto ipv4 = meeting(undecided, net::family::ipv4);
  const auto ipv6 = meeting(undecided, net::family::ipv6);
  work += work_to_sort * (ipv4.size() + ipv6.size());
  const partition<std::uint32_t> of_ipv4{ipv4};
  const partition<net::uint128> of_ipv6{ipv6};
  division{of_ipv4.segments, undecided, made, work}.divide();
  division{of_ipv6.segments, undecided, made, work}.divide();
  std::sort(made.shares.begin(), made.shares.end(),
            [](const share& a, const share& b) { return a.term < b.term; });
  std::sort(made.endings.begin(), made.endings.end(),
            [](const ending& a, const ending& b) { return a.term < b.term; });
  return made;
}

} // namespace spfblock::spf
