#include "core/domains/published.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace published_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

/// One domain, whose record grew by a network after a day.
book_fixture grown(const char* action) {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0] = entry_of("a.example", action);
  settings.allow.networks = {{*net::ip_prefix::parse("192.0.3.128/25")}};
  book_fixture world{settings};
  world.look(naming("a.example", "192.0.2.0/24"));
  world.pass(24h);
  world.look(naming("a.example", "192.0.2.0/24 192.0.3.0/24"));
  return world;
}

/// "ACTION: NETWORKS" of each.
std::vector<std::string> texts(const std::vector<table::listing>& of) {
  std::vector<std::string> all;
  for (const table::listing& each : of) {
    CHECK(each.name == "a.example");
    std::string text = each.action.filled(each.networks.front(), "") + ':';
    for (const net::ip_prefix& network : each.networks)
      text += ' ' + network.to_string();
    all.push_back(std::move(text));
  }
  return all;
}

} // namespace

TEST_CASE("a domain is published as one listing", "[table][published]") {
  const auto world = grown("REJECT {domain}");
  CHECK(
      texts(domains::listings_of(world.page())) ==
      std::vector<std::string>{"REJECT a.example: 192.0.2.0/24 192.0.3.0/25"});
}

TEST_CASE("a domain whose action tells a day has a listing for each",
          "[table][published]") {
  const auto world = grown("REJECT {since}");
  CHECK(texts(domains::listings_of(world.page())) ==
        std::vector<std::string>{"REJECT 2026-11-24: 192.0.2.0/24",
                                 "REJECT 2026-11-25: 192.0.3.0/25"});
  const table::snapshot all{world.book.listings()};
  CHECK(all.find(*net::ip_address::try_parse("192.0.3.1"))->network ==
        *net::ip_prefix::parse("192.0.3.0/25"));
}

} // namespace published_test
