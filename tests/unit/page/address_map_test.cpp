#include "core/page/address_map.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/listed_table.hpp"
#include "tests/support/random_sets.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace address_map_test {

using namespace spfblock;
using namespace spfblock::testing;
using page::address_map;

namespace {

net::ip_prefix prefix(const std::string& text) {
  return *net::ip_prefix::parse(text);
}

table::snapshot listing_networks(const std::vector<std::string>& networks) {
  return table::snapshot{{listing_of("a.example", "REJECT", networks)}};
}

} // namespace

TEST_CASE("address_map counts the addresses for which the table answers, cell "
          "by cell",
          "[page][address_map]") {
  std::mt19937 random{1};
  for (int round = 0; round < 200; ++round) {
    std::vector<table::listing> listings{listing_of("a.example", "REJECT", {})};
    // Within a /20, so that each address can be asked for.
    const std::uint32_t base = 0x0a000000;
    for (unsigned left = below(random, 12); left > 0; --left)
      listings[0].networks.push_back(net::ip_prefix::containing(
          net::ip_address::ipv4(base + below(random, 4096)),
          20 + below(random, 13)));
    const table::snapshot table{listings};
    const address_map map{table};
    const unsigned bits = below(random, 13);
    std::vector<std::uint64_t> counted(std::size_t{1} << bits, 0);
    for (std::uint32_t i = 0; i < 4096; ++i) {
      if (table.find(net::ip_address::ipv4(base + i)))
        ++counted[i >> (12U - bits)];
    }
    REQUIRE(map.cells(prefix("10.0.0.0/20"), bits) == counted);
  }
}

TEST_CASE("address_map: a network fills the cells it covers, whatever lies "
          "within it",
          "[page][address_map]") {
  const address_map map{
      listing_networks({"62.0.0.0/14", "62.1.2.0/24", "10.1.0.7/32"})};
  const auto cells = map.cells(prefix("0.0.0.0/0"), 16);
  REQUIRE(cells.size() == 65536);
  CHECK(cells[62U << 8U] == 65536);
  CHECK(cells[(62U << 8U) + 3] == 65536);
  CHECK(cells[(62U << 8U) + 4] == 0);
  CHECK(cells[(10U << 8U) + 1] == 1);
}

TEST_CASE("address_map: everything can be listed", "[page][address_map]") {
  const address_map map{listing_networks({"0.0.0.0/0", "::/0"})};
  const auto cells = map.cells(prefix("0.0.0.0/0"), 16);
  CHECK(cells == std::vector<std::uint64_t>(65536, 65536));
  CHECK(map.ipv6() == std::vector<address_map::ipv6_row>{{prefix("::/0"), 1}});
}

TEST_CASE("address_map counts IPv6 networks by /32, or by the wider network",
          "[page][address_map]") {
  const address_map map{
      listing_networks({"2a00:1::/48", "2a00:1:5::1/128", "2a00:2::/32",
                        "2a10::/28", "2a10:3::/48", "192.0.2.1/32"})};
  CHECK(map.ipv6() ==
        std::vector<address_map::ipv6_row>{{prefix("2a00:1::/32"), 2},
                                           {prefix("2a00:2::/32"), 1},
                                           {prefix("2a10::/28"), 2}});
}

TEST_CASE("address_map: the document has the cells as runs",
          "[page][address_map]") {
  const address_map map{
      listing_networks({"10.1.2.0/25", "10.1.4.0/23", "2a00:1::/48"})};
  CHECK(page::to_json(map, prefix("10.1.0.0/16")) ==
        R"({"prefix":"10.1.0.0/16","cell_length":24,)"
        R"("runs":[[2,0],[1,128],[1,0],[2,256],[250,0]],"never":[[256,0]]})"
        "\n");
  CHECK(page::to_json(map, prefix("10.1.2.0/24")) ==
        R"({"prefix":"10.1.2.0/24","cell_length":32,"runs":[[128,1],[128,0]],)"
        R"("never":[[256,0]]})"
        "\n");
  CHECK(page::to_json(address_map{}, prefix("0.0.0.0/0")) ==
        R"({"prefix":"0.0.0.0/0","cell_length":16,"runs":[[65536,0]],)"
        R"("never":[[65536,0]]})"
        "\n");
  CHECK(page::to_json(map, prefix("::/0")) ==
        R"({"prefix":"::/0",)"
        R"("rows":[{"network":"2a00:1::/32","networks":1}],"more":0})"
        "\n");
}

TEST_CASE("address_map knows what is never listed, beside what is",
          "[page][address_map]") {
  const address_map map{
      listing_networks({"62.1.0.0/17"}),
      net::address_set::of({prefix("62.1.128.0/18"), prefix("62.1.255.1/32"),
                            prefix("10.0.0.0/8"), prefix("2a00::/16")})};
  const auto cells = map.never_cells(prefix("0.0.0.0/0"), 16);
  CHECK(cells[(62U << 8U) + 1] == 16385);
  CHECK(cells[62U << 8U] == 0);
  CHECK(cells[10U << 8U] == 65536);
  CHECK(map.cells(prefix("0.0.0.0/0"), 16)[(62U << 8U) + 1] == 32768);
  CHECK(page::to_json(map, prefix("62.1.0.0/16")) ==
        R"({"prefix":"62.1.0.0/16","cell_length":24,)"
        R"("runs":[[128,256],[128,0]],)"
        R"("never":[[128,0],[64,256],[63,0],[1,1]]})"
        "\n");
}

TEST_CASE("mapped_network knows the maps that there are",
          "[page][address_map]") {
  for (const char* good : {"0.0.0.0/0", "10.1.0.0/16", "10.1.2.0/24", "::/0"}) {
    CAPTURE(good);
    CHECK(page::mapped_network(good));
  }
  for (const char* bad : {"", "10.0.0.0/8", "10.1.2.0/16", "10.1.2.3",
                          "2a00::/16", "10.1.0.0/33", "x"}) {
    CAPTURE(bad);
    CHECK_FALSE(page::mapped_network(bad));
  }
}

} // namespace address_map_test
