#include "core/history/comparison.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace comparison_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using history::configuration;

/// A book, and what a history says of it since the last time.
struct story : book_fixture {
  using book_fixture::book_fixture;

  std::vector<history::entry>
  happened(configuration meanwhile = configuration::same) {
    domain_book copy = book;
    auto all = history::changes_between(std::exchange(told, std::move(copy)),
                                        book, meanwhile, now.wall);
    return all;
  }

  /// The same, in brief.
  std::string brief(configuration meanwhile = configuration::same) {
    std::string text;
    for (const history::entry& each : happened(meanwhile))
      text += (text.empty() ? "" : "; ") + each.listing +
              (each.listing.empty() ? "" : " ") + in_brief(each);
    return text;
  }

  domain_book told = book;
};

TEST_CASE("history: each change of a record is told, with its terms",
          "[history]") {
  story f{settings_of({"a.example"})};
  CHECK(f.brief().empty());
  f.settle_next(expanded("a.example", "192.0.2.0/25"));
  CHECK(f.brief() ==
        "a.example +1 -0 network, 1 now: the first look at its record");

  f.settle_next(expanded("a.example", "192.0.2.0/25 198.51.100.0/24"));
  const auto grown = f.happened();
  REQUIRE(grown.size() == 1);
  CHECK(grown[0].why == history::cause::record);
  CHECK(grown[0].networks == 2);
  CHECK(grown[0].removed == history::portion{});
  REQUIRE(grown[0].added.named.size() == 1);
  CHECK(grown[0].added.named[0].chain == "a.example -> ip4:198.51.100.0/24");
  CHECK(grown[0].added.named[0].networks ==
        std::vector{*net::ip_prefix::parse("198.51.100.0/24")});

  f.settle_next(expanded("a.example", "198.51.100.0/24"));
  CHECK(f.brief() == "a.example +0 -1 network, 1 now: its record changed");
  f.settle_next(expanded("a.example", "198.51.100.0/24"));
  CHECK(f.brief().empty());
}

TEST_CASE("history: a record that is gone, and one that is undecided for too "
          "long, are no change of the record",
          "[history]") {
  story f{settings_of({"a.example"})};
  f.settle_next(expanded("a.example", "192.0.2.0/25"));
  f.happened();
  f.settle_next(gone("a.example"));
  CHECK(f.brief().empty()); // believed at the second look
  f.settle_next(gone("a.example"));
  CHECK(f.brief() == "a.example +0 -1 network, 0 now: its record is gone");

  f.settle_next(expanded("a.example", "192.0.2.0/25"));
  f.happened();
  for (int looks = 0; looks < 10 && !f.page().effective->empty(); ++looks) {
    f.pass(24h);
    f.look(failing("a.example"));
  }
  CHECK(f.brief() == "a.example +0 -1 network, 0 now: the DNS left it "
                     "undecided for too long");
}

TEST_CASE("history: entries that a reload brings, changes and takes away are "
          "told, with what they listed",
          "[history]") {
  auto settings = settings_of({"a.example", "b.example"});
  story f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/25"));
  f.settle(expanded("b.example", "198.51.100.0/24"));
  f.happened();

  settings.domains = {entry_of("b.example", "WARN"), entry_of("c.example")};
  settings.domains[1].comment = std::string{"came in by se2"};
  settings.networks = {by_hand("203.0.113.0/24")};
  f.apply(settings);
  const auto all = f.happened(configuration::other);
  REQUIRE(all.size() == 5);
  CHECK(all[0].what == history::happening::reload);
  CHECK(to_text(all[1]) ==
        "2026-11-24 00:00 UTC  a.example  entry removed; action REJECT "
        "{domain}: the configuration changed\n"
        "    - 192.0.2.0/25  a.example -> ip4:192.0.2.0/25\n");
  CHECK(in_brief(all[2]) == "new entry; action REJECT: the configuration "
                            "changed");
  CHECK(all[2].listing == "203.0.113.0/24");
  CHECK(in_brief(all[3]) == "entry changed; action REJECT {domain} -> WARN: "
                            "the configuration changed");
  CHECK(in_brief(all[4]) ==
        "new entry; action REJECT {domain}; comment came in by se2: the "
        "configuration changed");
}

TEST_CASE("history: an entry whose day came ends without a reload",
          "[history]") {
  auto settings = settings_of({"a.example", "b.example"});
  settings.domains[0].until =
      std::chrono::floor<std::chrono::days>(beginning.wall) +
      std::chrono::days{2};
  story f{settings};
  f.pass(48h);
  f.book.remove_ended(f.now);
  CHECK(f.brief() == "a.example entry removed; action REJECT {domain}; until "
                     "2026-11-26: the day of its end came");
}

TEST_CASE("history: what is allowed since takes networks off, and is told so",
          "[history]") {
  auto settings = settings_of({"a.example"});
  settings.allow.domains = {domain_of("good.example")};
  story f{settings};
  f.take_due();
  f.settle(expanded("good.example", "203.0.113.0/24"), role::allowed);
  f.settle(expanded("a.example", "192.0.2.0/25 198.51.100.0/24"));
  f.happened();
  f.look(expanded("good.example", "203.0.113.0/24 198.51.100.0/24"),
         role::allowed);
  CHECK(f.brief() ==
        "a.example +0 -1 network, 1 now: what is allowed changed; "
        "good.example allows +1 -0 network, 2 now: its record changed");
}

TEST_CASE("history: what a limit refuses, and what waits, is told once",
          "[history]") {
  story f{settings_of({"a.example"})};
  f.settle_next(expanded("a.example", "192.0.2.0/24"));
  f.happened();
  f.settle_next(expanded("a.example", "192.0.2.0/24 10.0.0.0/16"));
  const auto all = f.happened();
  REQUIRE(all.size() == 1);
  CHECK(all[0].what == history::happening::refused);
  CHECK(all[0].detail.starts_with("limit growth: "));
  CHECK(all[0].refused.count == 1);
  f.pass(2h);
  f.look(expanded("a.example", "192.0.2.0/24 10.0.0.0/16"));
  CHECK(f.brief() == "a.example +1 -0 network, 2 now: what grew has waited "
                     "long enough");
}

TEST_CASE("history: of a record with many networks so many are named, and all "
          "are counted",
          "[history]") {
  story f{settings_of({"a.example"})};
  std::string networks;
  for (unsigned i = 0; i < 1500; ++i)
    networks += "10." + std::to_string(i / 250) + '.' +
                std::to_string(i % 250) + ".1/32 ";
  f.settle_next(expanded("a.example", networks));
  const auto all = f.happened();
  REQUIRE(all.size() == 1);
  CHECK(all[0].added.count == 1500);
  CHECK(all[0].added.is_cut());
  std::size_t named = 0;
  for (const history::granted& each : all[0].added.named)
    named += each.networks.size();
  CHECK(named == history::portion::most_networks);
}

TEST_CASE("history: a start tells what the history does not know, and nothing "
          "else",
          "[history]") {
  auto settings = settings_of({"a.example", "b.example"});
  story f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/25"));
  f.settle(expanded("b.example", "198.51.100.0/24"));

  history::recollection known;
  CHECK(known.empty());
  const auto first = history::unknown_to(known, f.book, f.now.wall);
  REQUIRE(first.size() == 4); // two entries, and what they list
  for (const history::entry& each : first)
    known.read(to_line(each));
  CHECK_FALSE(known.empty());
  CHECK(history::unknown_to(known, f.book, f.now.wall).empty());

  // While no server ran one entry went, and a line got lost.
  settings.domains = {entry_of("b.example")};
  f.look(expanded("b.example", "198.51.100.0/25"));
  f.apply(settings);
  std::string told;
  for (const history::entry& each :
       history::unknown_to(known, f.book, f.now.wall))
    told += each.listing + ' ' + in_brief(each) + '\n';
  CHECK(told == "a.example entry removed: it was so at the start\n"
                "b.example lists 1 network: its record changed\n");
}

} // namespace comparison_test
