#include "core/net/ip_address.hpp"
#include "core/net/patricia_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/naive_table.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace patricia_tree_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

using toy_tree = patricia_tree<std::uint8_t, 3>;
using toy_entry = tree_entry<std::uint8_t>;
using ipv4_tree = patricia_tree<std::uint32_t>;
using ipv6_tree = patricia_tree<uint128>;

template <class Key>
using entries = std::vector<tree_entry<Key>>;

/// The 15 prefixes of a family of three bits, each with a value of its own.
entries<std::uint8_t> toy_prefixes() {
  entries<std::uint8_t> all;
  for (unsigned length = 0; length <= 3; ++length)
    for (unsigned network = 0; network < 1U << length; ++network)
      all.push_back({static_cast<std::uint8_t>(network << (3 - length)),
                     static_cast<std::uint8_t>(length),
                     static_cast<std::uint32_t>(all.size())});
  return all;
}

/// Whether the tree gives back just these, in order.
template <class Tree, class Key>
bool holds(const Tree& tree, entries<Key> expected) {
  const auto order = [](const auto& e) { return std::pair{e.first, e.length}; };
  std::sort(expected.begin(), expected.end(),
            [&](const auto& a, const auto& b) { return order(a) < order(b); });
  const auto all = tree.entries();
  return std::equal(all.begin(), all.end(), expected.begin(), expected.end(),
                    [&](const auto& a, const auto& b) {
                      return order(a) == order(b) && a.value == b.value;
                    });
}

template <class Tree>
bool agrees_on_all_toy_addresses(
    const Tree& tree, const testing::naive_table<std::uint8_t, 3>& naive) {
  for (std::uint8_t address = 0; address < 8; ++address)
    if (tree.longest_match(address) != naive.longest_match(address))
      return false;
  return true;
}

template <class Key>
Key random_key(std::mt19937_64& random) {
  if constexpr (sizeof(Key) == 16)
    return Key{random()} << 64U | random();
  else
    return static_cast<Key>(random());
}

template <class Key>
Key host_bits(unsigned length) {
  constexpr unsigned width = sizeof(Key) * 8;
  return length == width ? Key{0} : static_cast<Key>(~Key{0}) >> length;
}

/// Prefixes of all lengths that crowd around a few addresses.
template <class Key>
entries<Key> crowded(std::mt19937_64& random, std::size_t n) {
  constexpr unsigned width = sizeof(Key) * 8;
  const Key centres[] = {0, static_cast<Key>(~Key{0}), random_key<Key>(random),
                         random_key<Key>(random)};
  entries<Key> all;
  while (all.size() < n) {
    const auto length = static_cast<unsigned>(random() % (width + 1));
    const Key flip = Key{1} << random() % width;
    const Key near = centres[random() % 4] ^ (random() % 2 ? flip : Key{0});
    all.push_back({static_cast<Key>(near & ~host_bits<Key>(length)),
                   static_cast<std::uint8_t>(length),
                   static_cast<std::uint32_t>(random() % ipv4_tree::no_value)});
  }
  return all;
}

/// Addresses at the edges of the entries, beside them and anywhere.
template <class Key>
std::vector<Key> probes(std::mt19937_64& random, const entries<Key>& all,
                        std::size_t n) {
  std::vector<Key> addresses;
  while (addresses.size() < n) {
    const auto& e = all[random() % all.size()];
    const Key last = e.first | host_bits<Key>(e.length);
    for (const Key address :
         {e.first, last, static_cast<Key>(e.first - 1),
          static_cast<Key>(last + 1), random_key<Key>(random)})
      addresses.push_back(address);
  }
  return addresses;
}

} // namespace

TEST_CASE("patricia_tree: agrees with the naive table on every tree of 3 bits",
          "[net][patricia_tree]") {
  const auto all = toy_prefixes();
  REQUIRE(all.size() == 15);
  for (unsigned chosen = 0; chosen < 1U << 15U; ++chosen) {
    entries<std::uint8_t> some;
    for (unsigned i = 0; i < 15; ++i)
      if ((chosen >> i & 1U) != 0)
        some.push_back(all[i]);
    const toy_tree tree{some};
    const bool right = tree.size() == some.size() && holds(tree, some) &&
                       tree.memory() <= 28 * some.size() &&
                       agrees_on_all_toy_addresses(
                           tree, testing::naive_table<std::uint8_t, 3>{some});
    CAPTURE(chosen);
    if (!right)
      FAIL("differs from the naive table");
  }
}

TEST_CASE("patricia_tree: an empty tree matches nothing",
          "[net][patricia_tree]") {
  CHECK_FALSE(ipv4_tree{}.longest_match(0));
  CHECK_FALSE(ipv4_tree{entries<std::uint32_t>{}}.longest_match(~0U));
  CHECK(ipv4_tree{}.size() == 0);
  CHECK(ipv4_tree{}.memory() == 0);
}

TEST_CASE("patricia_tree: the first of equal prefixes gives the value",
          "[net][patricia_tree]") {
  const toy_tree tree{entries<std::uint8_t>{
      {4, 1, 7}, {0, 0, 1}, {4, 1, 8}, {0, 0, 2}, {4, 3, 9}, {0, 0, 3}}};
  CHECK(tree.size() == 3);
  CHECK(tree.longest_match(0) == toy_tree::match{0, 1});
  CHECK(tree.longest_match(7) == toy_tree::match{1, 7});
  CHECK(tree.longest_match(4) == toy_tree::match{3, 9});
}

TEST_CASE("patricia_tree: values keep their 24 bits", "[net][patricia_tree]") {
  const std::uint32_t highest = ipv6_tree::no_value - 1;
  const uint128 first = ~uint128{0};
  const ipv6_tree tree{entries<uint128>{{first, 128, highest}, {0, 0, 0}}};
  CHECK(tree.longest_match(first) == ipv6_tree::match{128, highest});
  CHECK(tree.longest_match(first - 1) == ipv6_tree::match{0, 0});
}

TEMPLATE_TEST_CASE("patricia_tree: agrees with the naive table on crowds",
                   "[net][patricia_tree][random]", std::uint32_t, uint128) {
  constexpr std::size_t bytes_a_prefix = sizeof(TestType) == 16 ? 48 : 28;
  for (unsigned seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    auto all = crowded<TestType>(random, 1U << seed % 12U);
    const patricia_tree<TestType> tree{all};
    const testing::naive_table<TestType> naive{all};
    REQUIRE(tree.memory() <= bytes_a_prefix * tree.size());
    REQUIRE(tree.entries().size() == tree.size());
    REQUIRE(holds(patricia_tree<TestType>{tree.entries()}, tree.entries()));
    for (const TestType address : probes<TestType>(random, all, 200)) {
      CAPTURE(static_cast<std::uint64_t>(address >> (sizeof(TestType) * 4)),
              static_cast<std::uint64_t>(address));
      REQUIRE(tree.longest_match(address) == naive.longest_match(address));
    }
  }
}

TEMPLATE_TEST_CASE("patricia_tree: the order of the entries does not matter",
                   "[net][patricia_tree][random]", std::uint32_t, uint128) {
  std::mt19937_64 random{4};
  auto all = crowded<TestType>(random, 300);
  for (auto& e : all) // the same for equal prefixes
    e.value = static_cast<std::uint32_t>(e.first % 1000) + e.length;
  const patricia_tree<TestType> expected{all};
  const auto addresses = probes<TestType>(random, all, 300);
  for (int round = 0; round < 8; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    const patricia_tree<TestType> tree{all};
    CHECK(tree.size() == expected.size());
    bool same = true;
    for (const TestType address : addresses)
      same = same &&
             tree.longest_match(address) == expected.longest_match(address);
    CHECK(same);
  }
}

TEST_CASE("patricia_tree: prefixes nest 129 deep", "[net][patricia_tree]") {
  entries<uint128> all;
  for (unsigned length = 0; length <= 128; ++length)
    all.push_back({0, static_cast<std::uint8_t>(length), length});
  const ipv6_tree tree{all};
  CHECK(tree.size() == 129);
  CHECK(tree.longest_match(0) == ipv6_tree::match{128, 128});
  for (unsigned length = 0; length < 128; ++length) {
    CAPTURE(length);
    const auto depth = static_cast<std::uint8_t>(length);
    CHECK(tree.longest_match(uint128{1} << (127 - length)) ==
          ipv6_tree::match{depth, length});
  }
}

TEST_CASE("patricia_tree: neighbours are one step below their parent",
          "[net][patricia_tree]") {
  entries<uint128> all;
  for (std::uint32_t i = 0; i < 4096; ++i)
    all.push_back({uint128{i} << 112U, 124, i});
  const ipv6_tree tree{all};
  CHECK(holds(tree, all));
  // A node each and the root: a binary tree holds twice as many.
  CHECK(tree.memory() == std::size_t{4097} * 24);
}

TEMPLATE_TEST_CASE("patricia_tree: prefixes that end within a node's bits",
                   "[net][patricia_tree]", std::uint32_t, uint128) {
  constexpr unsigned width = sizeof(TestType) * 8;
  entries<TestType> all; // 64 subtrees, within halves, quarters and eighths
  for (std::uint32_t i = 0; i < 64; ++i)
    all.push_back({TestType{i} << (width - 6), width / 2, i});
  for (unsigned length = 1; length <= 3; ++length)
    for (std::uint32_t i = 0; i < 1U << length; i += 2)
      all.push_back({TestType{i} << (width - length),
                     static_cast<std::uint8_t>(length), 100 * length + i});
  const patricia_tree<TestType> tree{all};
  CHECK(holds(tree, all));
  const testing::naive_table<TestType> naive{all};
  std::mt19937_64 random{7};
  for (const TestType address : probes<TestType>(random, all, 2000))
    REQUIRE(tree.longest_match(address) == naive.longest_match(address));
}

TEST_CASE("patricia_tree: a million prefixes", "[net][patricia_tree][.slow]") {
  std::mt19937_64 random{1};
  entries<std::uint32_t> all;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const auto length = static_cast<unsigned>(16 + random() % 17);
    all.push_back({static_cast<std::uint32_t>(random()) &
                       ~host_bits<std::uint32_t>(length),
                   static_cast<std::uint8_t>(length), i});
  }
  const ipv4_tree tree{all};
  CHECK(tree.memory() <= 28 * tree.size());
  const testing::naive_table<std::uint32_t> naive{all};
  for (const std::uint32_t address : probes<std::uint32_t>(random, all, 50)) {
    CAPTURE(address);
    REQUIRE(tree.longest_match(address) == naive.longest_match(address));
  }
}

} // namespace patricia_tree_test
