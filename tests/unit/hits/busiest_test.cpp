#include "core/hits/busiest.hpp"
#include "core/hits/hits_json.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace busiest_test {

using namespace spfblock;
using namespace spfblock::hits;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr sys_seconds noon{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 28} + 12h};

hit_ledger some() {
  hit_ledger of;
  of.begin(noon - 24h);
  of.add("old.example", 9, noon - 2h);
  of.add("b.example", 2, noon);
  of.add("a.example", 2, noon);
  of.add("192.0.2.0/24", 3, noon);
  return of;
}

busiest report(order by) {
  const auto ledger = some();
  busiest made;
  made.at = noon;
  made.started = noon - 24h;
  made.by = by;
  made.in_all = figures_of(&ledger.in_all(), 16, noon);
  made.listings = busiest_of(ledger, by, noon, [](const std::string& name) {
    return std::uint64_t{name.size()};
  });
  return made;
}

TEST_CASE("busiest: most hits of the hour or the day first, none without",
          "[hits]") {
  const auto names = [](const busiest& of) {
    std::string all;
    for (const busy_listing& each : of.listings)
      all += each.listing + ' ';
    return all;
  };
  CHECK(names(report(order::hour)) == "192.0.2.0/24 a.example b.example ");
  CHECK(names(report(order::day)) ==
        "old.example 192.0.2.0/24 a.example b.example ");
  CHECK(report(order::day).listings.front().hits ==
        hit_figures{11, 0, 9, noon - 2h});
}

TEST_CASE("busiest: what is not shown is counted", "[hits]") {
  auto of = report(order::day);
  keep_first(3, of);
  CHECK(of.listings.size() == 3);
  CHECK(of.others == 1);
  keep_first(3, of);
  CHECK(of.others == 1);
}

TEST_CASE("busiest: is the same when it was written and read", "[hits]") {
  for (const order by : orders) {
    auto of = report(by);
    keep_first(2, of);
    CHECK(busiest_from_json(to_json(of)) == of);
  }
  CHECK(busiest_from_json(to_json(busiest{})) == busiest{});
  CHECK_FALSE(busiest_from_json("{}"));
  CHECK_FALSE(busiest_from_json("x"));
}

TEST_CASE("busiest: as people read it", "[hits]") {
  auto of = report(order::hour);
  of.listings.push_back({"a\x1b[2Jname.that.is.far.too.long.for.its.column."
                         "example.org",
                         {1, 1, 1, noon}});
  of.others = 2;
  CHECK(to_text(of) ==
        "2026-11-28 12:00 UTC: hits in the last hour 7, day 16, 16 since "
        "2026-11-27 12:00 UTC\n"
        "\n"
        "LISTING                                             HOUR       DAY  "
        "      HITS\n"
        "192.0.2.0/24                                           3         3  "
        "        12\n"
        "a.example                                              2         2  "
        "         9\n"
        "b.example                                              2         2  "
        "         9\n"
        "a\\x1b[2Jname.that.is.far.too.long.for.its.column.example.org\n"
        "                                                       1         1  "
        "         1\n"
        "and 2 more\n");
  CHECK(to_text(busiest{}).find("(none in the last hour)\n") !=
        std::string::npos);
}

TEST_CASE("hits_json: the counts of each grain, with where they begin",
          "[hits]") {
  const auto ledger = some();
  const std::string text =
      hits_json("a.example", ledger.find("a.example"), noon + 61s);
  CHECK(
      text.starts_with("{\"listing\":\"a.example\",\"minutes\":{\"start\":" +
                       std::to_string((noon - 58min).time_since_epoch() / 1s) +
                       ",\"step\":60,\"counts\":[0,0,"));
  CHECK(text.find(",0,2,0]},\"half_hours\":{\"start\":") != std::string::npos);
  CHECK(text.find("\"step\":1800,") != std::string::npos);
  CHECK(text.find(",2]},\"days\":{\"start\":") != std::string::npos);
  CHECK(text.ends_with(",0,2]}}\n"));
  CHECK(hits_json("", nullptr, noon).starts_with("{\"listing\":null,"));
}

} // namespace busiest_test
