#include "core/net/ip_address.hpp"
#include "core/net/range_set.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace range_set_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

using small_set = range_set<std::uint8_t>;

/// Whether the class invariant holds: ascending, disjoint, not touching.
template <class Number>
bool is_canonical(const range_set<Number>& set) {
  const auto& ranges = set.ranges();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].first > ranges[i].last)
      return false;
    if (i > 0 && (ranges[i].first <= ranges[i - 1].last ||
                  ranges[i].first - ranges[i - 1].last == 1))
      return false;
  }
  return true;
}

template <class Number>
bool holds_all(const range_set<Number>& set, Number first, Number last) {
  return std::any_of(
      set.ranges().begin(), set.ranges().end(),
      [&](const auto& r) { return r.first <= first && last <= r.last; });
}

template <class Number>
bool holds_any(const range_set<Number>& set, Number first, Number last) {
  return std::any_of(
      set.ranges().begin(), set.ranges().end(),
      [&](const auto& r) { return r.first <= last && first <= r.last; });
}

template <class Number>
std::vector<block<Number>> blocks_of(const range_set<Number>& set,
                                     unsigned width) {
  std::vector<block<Number>> blocks;
  set.for_each_block(width, [&](const auto& each) { blocks.push_back(each); });
  return blocks;
}

/// The reference of for_each_block: halves the family until a part is all in or
/// all out.
template <class Number>
void halve(const range_set<Number>& set, block<Number> part, unsigned width,
           std::vector<block<Number>>& out) {
  Number last = part.first;
  for (unsigned bit = 0; bit < width - part.length; ++bit)
    last = static_cast<Number>(last | Number{1} << bit);
  if (!holds_any(set, part.first, last))
    return;
  if (holds_all(set, part.first, last)) {
    out.push_back(part);
    return;
  }
  const unsigned length = part.length + 1;
  halve(set, {part.first, length}, width, out);
  const auto middle =
      static_cast<Number>(part.first | Number{1} << (width - length));
  halve(set, {middle, length}, width, out);
}

template <class Number>
std::vector<block<Number>> halved(const range_set<Number>& set,
                                  unsigned width) {
  std::vector<block<Number>> blocks;
  halve(set, {}, width, blocks);
  return blocks;
}

/// The set whose numbers are `base` plus the bits of `bitmap`.
small_set set_of(unsigned bitmap, unsigned base) {
  std::vector<range<std::uint8_t>> ranges;
  for (unsigned i = 0; i < 8; ++i) {
    const auto number = static_cast<std::uint8_t>(base + i);
    if ((bitmap >> i & 1U) != 0)
      ranges.push_back({number, number});
  }
  return small_set::of(ranges);
}

} // namespace

TEST_CASE("range_set: agrees with bitmaps on all pairs of sets of 3 bits",
          "[net][range_set]") {
  const unsigned base = GENERATE(0U, 248U); // both ends of the type
  std::vector<small_set> sets;
  for (unsigned a = 0; a < 256; ++a)
    sets.push_back(set_of(a, base));
  for (unsigned a = 0; a < 256; ++a) {
    CAPTURE(base, a);
    bool agree = true;
    for (unsigned b = 0; b < 256; ++b)
      agree = agree && (sets[a] | sets[b]) == sets[a | b] &&
              (sets[a] & sets[b]) == sets[a & b] &&
              (sets[a] - sets[b]) == sets[a & ~b] &&
              (sets[a] == sets[b]) == (a == b);
    REQUIRE(agree);
  }
}

TEST_CASE("range_set: what is changed in place is what the operators give",
          "[net][range_set]") {
  for (const unsigned base : {0U, 248U}) {
    for (unsigned a = 0; a < 256; ++a) {
      for (unsigned b = 0; b < 256; ++b) {
        const small_set one = set_of(a, base);
        const small_set other = set_of(b, base);
        small_set united = one;
        united |= other;
        small_set rest = one;
        rest -= other;
        if (united != (one | other) || rest != (one - other))
          FAIL("sets " << a << " and " << b << " at " << base);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("range_set: takes a range of 3 bits out of each set",
          "[net][range_set]") {
  const unsigned base = GENERATE(0U, 8U, 248U);
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned first = 0; first < 8; ++first) {
      for (unsigned last = first; last < 8; ++last) {
        const range<std::uint8_t> r{static_cast<std::uint8_t>(base + first),
                                    static_cast<std::uint8_t>(base + last)};
        const small_set whole = set_of(a, base);
        small_set rest = whole;
        const small_set inner = rest.within(r);
        const small_set taken = rest.extract(r);
        REQUIRE(inner == taken);
        REQUIRE(whole.meets(r) == !inner.empty());
        if (taken != (whole & small_set{r}) || rest != (whole - small_set{r}))
          FAIL("set " << a << " at " << base << " without " << first << "-"
                      << last);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("range_set: holds, counts and lists each set of 3 bits",
          "[net][range_set]") {
  const unsigned base = GENERATE(0U, 248U);
  const unsigned width = base == 0 ? 3U : 8U;
  for (unsigned a = 0; a < 256; ++a) {
    CAPTURE(base, a);
    const small_set set = set_of(a, base);
    unsigned members = 0;
    bool right = is_canonical(set);
    for (unsigned number = 0; number < 256; ++number) {
      const bool member =
          number >= base && number < base + 8 && (a >> (number - base) & 1U);
      members += member ? 1 : 0;
      right =
          right && set.contains(static_cast<std::uint8_t>(number)) == member;
    }
    REQUIRE(right);
    REQUIRE(set.empty() == (a == 0));
    REQUIRE(set.count() == members);
    REQUIRE(blocks_of(set, width) == halved(set, width));
  }
}

TEST_CASE("range_set: the smallest list of blocks of every range of 8 bits",
          "[net][range_set]") {
  for (unsigned first = 0; first < 256; ++first) {
    bool right = true;
    for (unsigned last = first; last < 256; ++last) {
      const small_set set{
          {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last)}};
      const auto blocks = blocks_of(set, 8);
      right = right && blocks == halved(set, 8) && blocks.size() <= 2 * 8 - 2;
    }
    CAPTURE(first);
    REQUIRE(right);
  }
}

TEST_CASE("range_set: of takes ranges that overlap, touch and are out of order",
          "[net][range_set]") {
  const auto set = small_set::of(
      {{200, 255}, {10, 20}, {255, 255}, {0, 0}, {21, 30}, {15, 18}, {1, 5}});
  CHECK(set.ranges() ==
        std::vector<range<std::uint8_t>>{{0, 5}, {10, 30}, {200, 255}});
  CHECK(small_set::of({}).empty());
}

TEST_CASE("range_set: every number of the type is one range and one block",
          "[net][range_set]") {
  const small_set all8{{0, 255}};
  CHECK(all8.count() == 0); // 256 wraps
  CHECK(blocks_of(all8, 8) == std::vector<block<std::uint8_t>>{{0, 0}});
  CHECK((all8 - all8).empty());

  const uint128 most = ~uint128{0};
  const range_set<uint128> all128{{0, most}};
  CHECK(all128.count() == 0);
  CHECK(blocks_of(all128, 128) == std::vector<block<uint128>>{{0, 0}});
  const range_set<uint128> ends =
      range_set<uint128>{{0, 0}} | range_set<uint128>{{most, most}};
  CHECK(blocks_of(ends, 128) ==
        std::vector<block<uint128>>{{0, 128}, {most, 128}});
  const auto inner = blocks_of(all128 - ends, 128);
  CHECK(inner.size() == 2 * 128 - 2);
  CHECK(inner == halved(all128 - ends, 128));
}

namespace {

/// Numbers where sets can begin, the lowest of them 0: clustered, with powers
/// of two and the highest number among them.
template <class Number>
std::vector<Number> random_cuts(std::mt19937_64& random) {
  constexpr unsigned bits = sizeof(Number) * 8;
  std::vector<Number> cuts{0, static_cast<Number>(~Number{0})};
  while (cuts.size() < 16) {
    const auto power = static_cast<Number>(Number{1} << random() % bits);
    const auto anywhere =
        static_cast<Number>(static_cast<Number>(random()) * power);
    for (const auto cut :
         {power, anywhere, static_cast<Number>(anywhere + random() % 3)})
      cuts.push_back(cut);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

/// Segment i reaches from cut i to before cut i + 1.
template <class Number>
range<Number> segment(const std::vector<Number>& cuts, std::size_t i) {
  const auto last = i + 1 < cuts.size() ? static_cast<Number>(cuts[i + 1] - 1)
                                        : static_cast<Number>(~Number{0});
  return {cuts[i], last};
}

/// The union of the segments that are bits of `bitmap`.
template <class Number>
range_set<Number> segments(const std::vector<Number>& cuts,
                           std::uint64_t bitmap, std::mt19937_64& random) {
  std::vector<range<Number>> ranges;
  for (std::size_t i = 0; i < cuts.size(); ++i)
    if ((bitmap >> i & 1U) != 0)
      ranges.push_back(segment(cuts, i));
  std::shuffle(ranges.begin(), ranges.end(), random);
  return range_set<Number>::of(ranges);
}

} // namespace

TEMPLATE_TEST_CASE("range_set: agrees with bitmaps on random sets",
                   "[net][range_set][random]", std::uint32_t, uint128) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto cuts = random_cuts<TestType>(random);
    const auto a = random();
    const auto b = random();
    const auto set_a = segments(cuts, a, random);
    const auto set_b = segments(cuts, b, random);

    REQUIRE(is_canonical(set_a));
    REQUIRE((set_a | set_b) == segments(cuts, a | b, random));
    REQUIRE((set_a & set_b) == segments(cuts, a & b, random));
    REQUIRE((set_a - set_b) == segments(cuts, a & ~b, random));

    TestType count = 0;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const bool member = (a >> i & 1U) != 0;
      const auto [first, last] = segment(cuts, i);
      REQUIRE(set_a.contains(first) == member);
      REQUIRE(set_a.contains(last) == member);
      count += member ? last - first + 1 : 0;
    }
    REQUIRE(set_a.count() == count);

    constexpr unsigned width = sizeof(TestType) * 8;
    REQUIRE(blocks_of(set_a, width) == halved(set_a, width));
  }
}

} // namespace range_set_test
