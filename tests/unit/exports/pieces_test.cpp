#include "core/exports/pieces.hpp"
#include "tests/support/catch.hpp"

namespace pieces_test {

using namespace spfblock;
using namespace spfblock::exports;

namespace {

table::snapshot
table_of(const std::vector<std::pair<std::string, std::string>>& networks) {
  std::vector<table::listing> all;
  for (const auto& [network, action] : networks)
    all.push_back({network,
                   table::action::parse(action)->bind(network),
                   {*net::ip_prefix::parse(network)}});
  return table::snapshot{std::move(all)};
}

piece_rules rules_of(std::size_t most) {
  piece_rules rules;
  rules.most = most;
  rules.replaceable = [](const auto& inner, const auto& outer) {
    return inner.by->action == outer.by->action;
  };
  return rules;
}

} // namespace

TEST_CASE("pieces: what makes most of them is left out first",
          "[exports][pieces]") {
  const auto table = table_of({{"192.0.2.0/25", "REJECT"},
                               {"192.0.3.0/24", "REJECT"},
                               {"198.51.100.0/26", "REJECT"},
                               {"2001:db8::/32", "REJECT"}});
  const exported_table exported{table};
  CHECK(split(exported, rules_of(194)).left_out == 0);
  const auto some = split(exported, rules_of(193));
  CHECK(some.left_out == 1);
  CHECK(some.ipv4.size() == 65);
  CHECK(some.ipv6.size() == 1);
  CHECK(split(exported, rules_of(2)).left_out == 2);
  CHECK(split(exported, rules_of(1)).left_out == 4);
}

TEST_CASE("pieces: what is left out takes all along that would answer wrongly",
          "[exports][pieces]") {
  // The /25 is too much; the /23 would say REJECT there, and after it the /16.
  const auto table = table_of({{"192.0.0.0/16", "REJECT"},
                               {"192.0.2.0/23", "REJECT"},
                               {"192.0.2.0/25", "OK"},
                               {"192.0.2.1/32", "OK"},
                               {"198.51.100.0/24", "REJECT"},
                               {"198.51.100.0/25", "REJECT"}});
  const exported_table exported{table};
  const auto parts = split(exported, rules_of(10));
  CHECK(parts.left_out == 4);
  REQUIRE(parts.ipv4.size() == 2);
  CHECK(parts.ipv4[0].length == 32);
  CHECK(parts.ipv4[1].first == 0xc6336400);
}

} // namespace pieces_test
