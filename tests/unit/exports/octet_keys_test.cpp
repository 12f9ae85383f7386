#include "core/exports/access_keys.hpp"
#include "core/exports/octet_keys.hpp"
#include "core/net/ip_prefix.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace octet_keys_test {

using namespace spfblock;
using namespace spfblock::exports;

constexpr std::size_t no_end = 1'000'000;

struct labelled {
  const char* network;
  text_number says;
};

struct table {
  std::vector<net::ip_prefix> networks;
  std::vector<text_number> labels;
};

table table_of(const std::vector<labelled>& all) {
  std::map<net::ip_prefix, text_number> sorted;
  for (const labelled& each : all)
    sorted.emplace(*net::ip_prefix::parse(each.network), each.says);
  table made;
  for (const auto& [network, says] : sorted) {
    made.networks.push_back(network);
    made.labels.push_back(says);
  }
  return made;
}

std::optional<std::vector<octet_key>> keys_of(const table& of,
                                              std::size_t most = no_end) {
  std::vector<octet_source> sources;
  for (std::uint32_t i = 0; i < of.networks.size(); ++i)
    sources.push_back(
        {static_cast<std::uint32_t>(of.networks[i].first().number()),
         of.networks[i].length(), i});
  return octet_keys(
      sources,
      [&of](std::uint32_t index, std::uint32_t /*first*/, unsigned /*length*/) {
        return of.labels[index];
      },
      most);
}

std::vector<std::string> texts_of(const table& of) {
  std::vector<std::string> texts;
  const auto keys = keys_of(of);
  REQUIRE(keys);
  for (const octet_key& each : *keys)
    texts.push_back(access_key(each.first, each.length) + '=' +
                    std::to_string(each.says));
  return texts;
}

text_number expected_at(const table& of, std::uint32_t address) {
  text_number says = not_listed;
  for (std::size_t i = 0; i < of.networks.size(); ++i) {
    if (of.networks[i].contains(net::ip_address::ipv4(address)))
      says = of.labels[i]; // a more specific one comes later
  }
  return says;
}

text_number
answer_of(const std::map<std::pair<std::uint32_t, unsigned>, text_number>& keys,
          std::uint32_t address) {
  for (unsigned length = 32; length > 0; length -= 8) {
    const std::uint32_t first = address & ~std::uint32_t{0} << (32 - length);
    if (const auto found = keys.find({first, length}); found != keys.end())
      return found->second;
  }
  return not_listed;
}

std::vector<labelled> of_holes() {
  return {{"10.0.0.0/8", 1}, {"10.1.2.3/32", 2}, {"10.1.3.0/25", 3}};
}

table random_table(std::mt19937& random) {
  std::map<net::ip_prefix, text_number> all;
  for (auto left = 1 + random() % 12; left > 0; --left) {
    std::uint32_t number = 10;
    for (int i = 0; i < 3; ++i)
      number = number << 8U |
               static_cast<std::uint32_t>(
                   random() % 3 == 0 ? random() % 256 : 128 + random() % 2);
    const auto length = 6 + static_cast<unsigned>(random() % 27);
    all.emplace(
        net::ip_prefix::containing(net::ip_address::ipv4(number), length),
        static_cast<text_number>(1 + random() % 3));
  }
  table made;
  for (const auto& [network, says] : all) {
    made.networks.push_back(network);
    made.labels.push_back(says);
  }
  return made;
}

/// How many keys there are where no key is an exception: each of the networks
/// cut at octets, and what they have in common left to the innermost.
std::size_t plain_count(const table& of) {
  std::set<std::pair<std::uint32_t, unsigned>> parts;
  for (const net::ip_prefix& each : of.networks) {
    const unsigned length = std::max(8U, (each.length() + 7) / 8 * 8);
    for (std::uint32_t i = 0; i < 1U << (length - each.length()); ++i)
      parts.emplace(static_cast<std::uint32_t>(each.first().number()) |
                        i << (32 - length),
                    length);
  }
  return parts.size();
}

TEST_CASE("a network within another is an exception by a longer key",
          "[exports]") {
  CHECK(texts_of(table_of({{"10.0.0.0/8", 1}, {"10.1.2.3/32", 2}})) ==
        std::vector<std::string>{"10=1", "10.1.2.3=2"});
  CHECK(keys_of(table_of(of_holes()))->size() == 2 + 128);
}

TEST_CASE("what lacks of a network is an exception, too", "[exports]") {
  // 192.0.2.0/24 without 192.0.2.7.
  CHECK(texts_of(table_of({{"192.0.2.0/30", 1},
                           {"192.0.2.4/31", 1},
                           {"192.0.2.6/32", 1},
                           {"192.0.2.8/29", 1},
                           {"192.0.2.16/28", 1},
                           {"192.0.2.32/27", 1},
                           {"192.0.2.64/26", 1},
                           {"192.0.2.128/25", 1}})) ==
        std::vector<std::string>{"192.0.2=1", "192.0.2.7=0"});
}

TEST_CASE("a network of no whole octet is as many keys as it has parts, where "
          "that is least",
          "[exports]") {
  CHECK(texts_of(table_of({{"192.0.2.0/31", 1}, {"198.51.100.0/23", 1}})) ==
        std::vector<std::string>{"192.0.2.0=1", "192.0.2.1=1", "198.51.100=1",
                                 "198.51.101=1"});
  CHECK(texts_of(table_of({{"10.0.0.0/7", 1}})) ==
        std::vector<std::string>{"10=1", "11=1"});
  CHECK(keys_of(table_of({{"0.0.0.0/0", 1}}))->size() == 256);
  CHECK(keys_of(table_of({}))->empty());
}

TEST_CASE("keys answer as the most specific network, for every edge, and are "
          "no more than without exceptions",
          "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 300U))};
  const table of = random_table(random);
  const auto keys = *keys_of(of);
  CHECK(keys.size() <= plain_count(of));
  std::map<std::pair<std::uint32_t, unsigned>, text_number> found;
  for (const octet_key& each : keys)
    REQUIRE(
        found.emplace(std::pair{each.first, each.length}, each.says).second);
  for (const net::ip_prefix& each : of.networks) {
    const auto first = static_cast<std::uint32_t>(each.first().number());
    const auto last = static_cast<std::uint32_t>(each.last().number());
    for (const std::uint32_t address : {first - 1, first, last, last + 1}) {
      CAPTURE(each.to_string(), address);
      CHECK(answer_of(found, address) == expected_at(of, address));
    }
  }
}

TEST_CASE("there are as many keys as may be, or none", "[exports]") {
  const table of = table_of(of_holes());
  CHECK(keys_of(of, 130));
  CHECK_FALSE(keys_of(of, 129));
}

} // namespace octet_keys_test
