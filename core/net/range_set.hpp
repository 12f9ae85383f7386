// Sets of numbers of one address family, as disjoint ranges.
#pragma once

#include "core/net/leading_bits.hpp"
#include "core/support/contract.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace spfblock::net {

/// All numbers from `first` to `last`, both included.
template <class Number>
struct range {
  Number first{};
  Number last{};

  friend bool operator==(const range&, const range&) = default;
};

/// A prefix of a family whose addresses are the numbers below 2^width.
template <class Number>
struct block {
  Number first{};      ///< the lowest number; host bits zero
  unsigned length = 0; ///< significant bits, 0 to width

  friend bool operator==(const block&, const block&) = default;
};

/// A set of unsigned numbers: union, intersection and difference in linear
/// time, or in logarithmic time and a move where a single range is added to a
/// set or taken from it, for the set algebra of SPF evaluation
/// (docs/spf-semantics.md).
///
/// Holds ascending, disjoint ranges that do not touch each other (class
/// invariant), so equal sets have equal representations.  Regular value type.
/// `Number` is an unsigned integer type; tests use a small one to enumerate
/// every set there is.
template <class Number>
class range_set {
public:
  range_set() = default;

  /// @pre r.first <= r.last
  explicit range_set(range<Number> r);

  /// The union of any ranges in any order.  O(n log n).
  /// @pre first <= last in each of them
  [[nodiscard]] static range_set of(std::vector<range<Number>> ranges);

  [[nodiscard]] const std::vector<range<Number>>& ranges() const noexcept {
    return ranges_;
  }
  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

  /// O(log n).
  [[nodiscard]] bool contains(Number number) const noexcept;

  /// Whether it holds a number of `r`.  O(log n).
  /// @pre r.first <= r.last
  [[nodiscard]] bool meets(range<Number> r) const noexcept;

  /// How many numbers the set holds; wraps to 0 for every number of the type.
  [[nodiscard]] Number count() const noexcept;

  /// Calls `visit(block)` for each of the fewest prefixes whose union is this
  /// set, ascending.  At most 2 * width - 2 a range.
  /// @param width of the family in bits, at most the bits of Number; every
  ///        number of the set is below 2^width
  template <class Visit>
  void for_each_block(unsigned width, Visit visit) const;

  /// Takes the numbers of `r` out of the set.  O(log n), and a move or a copy
  /// of what is taken.
  /// @return those of them that were in it
  /// @pre r.first <= r.last
  [[nodiscard]] range_set extract(range<Number> r);

  /// The numbers of `r` that are in the set.  O(log n), and a copy of them.
  /// @pre r.first <= r.last
  [[nodiscard]] range_set within(range<Number> r) const;

  friend range_set operator|(const range_set& a, const range_set& b) {
    return a.united_with(b);
  }
  friend range_set operator&(const range_set& a, const range_set& b) {
    return a.intersected_with(b);
  }
  friend range_set operator-(const range_set& a, const range_set& b) {
    return a.without(b);
  }
  range_set& operator|=(const range_set& other);
  range_set& operator-=(const range_set& other);
  friend bool operator==(const range_set&, const range_set&) = default;

private:
  using iterator = typename std::vector<range<Number>>::iterator;

  /// The ranges that share a number with `r`, as first and one behind the last.
  [[nodiscard]] std::pair<iterator, iterator> met_by(range<Number> r);
  void add(range<Number> r);
  void remove(range<Number> r);
  [[nodiscard]] range_set united_with(const range_set& other) const;
  [[nodiscard]] range_set intersected_with(const range_set& other) const;
  [[nodiscard]] range_set without(const range_set& other) const;

  /// Adds a range that starts no lower than the last one does.
  void append(range<Number> next);

  /// The host bits of the largest block that starts where `r` starts and lies
  /// within it.
  [[nodiscard]] static unsigned host_bits(range<Number> r) noexcept;

  std::vector<range<Number>> ranges_;
};

template <class Number>
unsigned range_set<Number>::host_bits(range<Number> r) noexcept {
  constexpr unsigned bits = sizeof(Number) * 8;
  const auto highest_bit = [](Number number) {
    return bits - 1 - leading_bits<Number>::common(number, 0);
  };
  const auto size = static_cast<Number>(r.last - r.first + 1); // 0: all numbers
  const unsigned fit = size == 0 ? bits : highest_bit(size);
  if (r.first == 0)
    return fit;
  const auto lowest_bit = static_cast<Number>(r.first & (~r.first + 1));
  return std::min(fit, highest_bit(lowest_bit));
}

template <class Number>
range_set<Number>::range_set(range<Number> r) : ranges_{r} {
  EXPECTS(r.first <= r.last);
}

template <class Number>
range_set<Number> range_set<Number>::of(std::vector<range<Number>> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  range_set all;
  for (const range<Number>& r : ranges) {
    EXPECTS(r.first <= r.last);
    all.append(r);
  }
  return all;
}

template <class Number>
bool range_set<Number>::contains(Number number) const noexcept {
  const auto above = std::upper_bound(
      ranges_.begin(), ranges_.end(), number,
      [](Number n, const range<Number>& r) { return n < r.first; });
  return above != ranges_.begin() && number <= (above - 1)->last;
}

template <class Number>
bool range_set<Number>::meets(range<Number> r) const noexcept {
  const auto met = std::partition_point(
      ranges_.begin(), ranges_.end(),
      [r](const range<Number>& below) { return below.last < r.first; });
  return met != ranges_.end() && met->first <= r.last;
}

template <class Number>
Number range_set<Number>::count() const noexcept {
  Number total = 0;
  for (const range<Number>& r : ranges_)
    total = static_cast<Number>(total + (r.last - r.first) + 1);
  return total;
}

template <class Number>
template <class Visit>
void range_set<Number>::for_each_block(unsigned width, Visit visit) const {
  constexpr unsigned bits = sizeof(Number) * 8;
  EXPECTS(width <= bits);
  EXPECTS(empty() || width == bits || ranges_.back().last >> width == 0);
  for (range<Number> r : ranges_) {
    for (;;) {
      const unsigned hosts = host_bits(r);
      visit(block<Number>{r.first, width - hosts});
      if (hosts == bits)
        break;
      const auto next = static_cast<Number>(r.first + (Number{1} << hosts));
      if (next == 0 || next > r.last)
        break;
      r.first = next;
    }
  }
}

template <class Number>
range_set<Number>& range_set<Number>::operator|=(const range_set& other) {
  if (other.ranges_.size() == 1)
    add(other.ranges_.front());
  else if (!other.empty())
    *this = empty() ? other : united_with(other);
  return *this;
}

template <class Number>
range_set<Number>& range_set<Number>::operator-=(const range_set& other) {
  if (other.ranges_.size() == 1)
    remove(other.ranges_.front());
  else if (!other.empty() && !empty())
    *this = without(other);
  return *this;
}

template <class Number>
range_set<Number> range_set<Number>::extract(range<Number> r) {
  EXPECTS(r.first <= r.last);
  if (!empty() && r.first <= ranges_.front().first &&
      ranges_.back().last <= r.last)
    return std::exchange(*this, {});
  range_set taken;
  const auto [first, above] = met_by(r);
  if (first == above)
    return taken;
  taken.ranges_.assign(first, above);
  auto& lowest = taken.ranges_.front();
  auto& highest = taken.ranges_.back();
  lowest.first = std::max(lowest.first, r.first);
  highest.last = std::min(highest.last, r.last);
  remove(r);
  return taken;
}

template <class Number>
range_set<Number> range_set<Number>::within(range<Number> r) const {
  EXPECTS(r.first <= r.last);
  range_set met;
  auto first = std::partition_point(
      ranges_.begin(), ranges_.end(),
      [r](const range<Number>& below) { return below.last < r.first; });
  for (; first != ranges_.end() && first->first <= r.last; ++first)
    met.ranges_.push_back(
        {std::max(first->first, r.first), std::min(first->last, r.last)});
  return met;
}

/// Unites the ranges that `r` meets or touches with it.
template <class Number>
void range_set<Number>::add(range<Number> r) {
  // Compared this way round, because last + 1 may not be a number any more.
  const auto first = std::partition_point(
      ranges_.begin(), ranges_.end(), [r](const range<Number>& below) {
        return below
            .last<r.first&& static_cast<Number>(r.first - below.last)> 1;
      });
  const auto above =
      std::partition_point(first, ranges_.end(), [r](const range<Number>& met) {
        return met.first <= r.last ||
               static_cast<Number>(met.first - r.last) == 1;
      });
  if (first == above) {
    ranges_.insert(first, r);
    return;
  }
  first->first = std::min(first->first, r.first);
  first->last = std::max((above - 1)->last, r.last);
  ranges_.erase(first + 1, above);
}

template <class Number>
auto range_set<Number>::met_by(range<Number> r)
    -> std::pair<iterator, iterator> {
  const auto first = std::partition_point(
      ranges_.begin(), ranges_.end(),
      [r](const range<Number>& below) { return below.last < r.first; });
  const auto above =
      std::partition_point(first, ranges_.end(), [r](const range<Number>& met) {
        return met.first <= r.last;
      });
  return {first, above};
}

/// Cuts `r` out of the ranges that it meets.
template <class Number>
void range_set<Number>::remove(range<Number> r) {
  const auto [first, above] = met_by(r);
  if (first == above)
    return;
  const Number lowest = first->first;
  const Number highest = (above - 1)->last;
  auto rest = first;
  if (highest > r.last) {
    // The last one met keeps its upper part; its lower one may need a place.
    if (lowest < r.first && above - first == 1) {
      rest = ranges_.insert(first, *first);
      (rest + 1)->first = static_cast<Number>(r.last + 1);
      rest->last = static_cast<Number>(r.first - 1);
      return;
    }
    (above - 1)->first = static_cast<Number>(r.last + 1);
  }
  if (lowest < r.first) {
    rest->last = static_cast<Number>(r.first - 1);
    ++rest;
  }
  ranges_.erase(rest, highest > r.last ? above - 1 : above);
}

template <class Number>
void range_set<Number>::append(range<Number> next) {
  if (ranges_.empty()) {
    ranges_.push_back(next);
    return;
  }
  // Compared this way round, because last + 1 may not be a number any more.
  Number& last = ranges_.back().last;
  if (next.first > last && static_cast<Number>(next.first - last) > 1)
    ranges_.push_back(next);
  else
    last = std::max(last, next.last);
}

template <class Number>
range_set<Number> range_set<Number>::united_with(const range_set& other) const {
  range_set all;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() || b != other.ranges_.end()) {
    const bool take_a =
        b == other.ranges_.end() || (a != ranges_.end() && a->first < b->first);
    all.append(take_a ? *a++ : *b++);
  }
  return all;
}

template <class Number>
range_set<Number>
range_set<Number>::intersected_with(const range_set& other) const {
  range_set common;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const range<Number> both{std::max(a->first, b->first),
                             std::min(a->last, b->last)};
    if (both.first <= both.last)
      common.ranges_.push_back(both);
    if (a->last < b->last)
      ++a;
    else
      ++b;
  }
  return common;
}

template <class Number>
range_set<Number> range_set<Number>::without(const range_set& other) const {
  range_set rest;
  auto cut = other.ranges_.begin();
  for (range<Number> r : ranges_) {
    while (cut != other.ranges_.end() && cut->last < r.first)
      ++cut;
    bool consumed = false;
    for (; cut != other.ranges_.end() && cut->first <= r.last; ++cut) {
      if (r.first < cut->first)
        rest.ranges_.push_back({r.first, static_cast<Number>(cut->first - 1)});
      consumed = r.last <= cut->last;
      if (consumed)
        break; // this cut may reach into the next range
      r.first = static_cast<Number>(cut->last + 1);
    }
    if (!consumed)
      rest.ranges_.push_back(r);
  }
  return rest;
}

} // namespace spfblock::net
