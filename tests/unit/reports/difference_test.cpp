#include "core/reports/difference.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace difference_test {

using namespace spfblock;
using namespace spfblock::testing;
using reports::difference_between;
using reports::listing_kind;
using table::holding;
using table::holdings_of;

namespace {

std::vector<holding> held_by(const book_fixture& f) {
  auto all = holdings_of(table::snapshot{f.book.listings()});
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

std::string difference_text(const std::vector<holding>& before,
                            const book_fixture& after) {
  return to_text(difference_between(before, after.book));
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  return longest;
}

} // namespace

TEST_CASE("a difference shows what each listing gains and loses",
          "[table][difference]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.networks = {by_hand("45.9.0.0/24")};
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24 45.0.2.0/24 2a01:100::/56"));
  f.look(expanded("b.example", "46.0.0.0/24"));
  const auto before = held_by(f);

  f.look(expanded("a.example", "45.0.0.0/24 45.0.3.0/24 2a01:100::/56"));
  CHECK(difference_text(before, f) == "a.example: 1 network added, 1 removed\n"
                                      "  + 45.0.3.0/24\n"
                                      "  - 45.0.2.0/24\n"
                                      "\n"
                                      "1 of 3 listings changes: 1 network "
                                      "added, 1 removed\n");
}

TEST_CASE("nothing is different where nothing changed", "[table][difference]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(expanded("a.example", "45.0.0.0/24"));
  CHECK(difference_text(held_by(f), f) == "1 listing, no change\n");
}

TEST_CASE("a difference shows what another configuration does",
          "[table][difference]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/23"));
  f.look(expanded("b.example", "46.0.0.0/24"));
  const auto before = held_by(f);

  settings.domains.pop_back();
  settings.networks = {by_hand("47.0.0.0/24")};
  settings.allow.networks = {{*net::ip_prefix::parse("45.0.1.0/24")}};
  f.apply(settings);
  CHECK(difference_text(before, f) ==
        "47.0.0.0/24: 1 network added\n"
        "  + 47.0.0.0/24\n"
        "\n"
        "a.example: 1 network removed\n"
        "  - 45.0.1.0/24\n"
        "  ! allow keeps off 45.0.1.0/24\n"
        "\n"
        "b.example (configured no more): 1 network removed\n"
        "  - 46.0.0.0/24\n"
        "\n"
        "3 of 3 listings change: 1 network added, 2 removed\n");
}

TEST_CASE("a difference shows which networks by hand have hosts that are seen",
          "[table][difference]") {
  config::settings settings;
  settings.networks = {by_hand("45.0.0.0/24"), by_hand("46.0.0.0/24"),
                       by_hand("47.0.0.0/24")};
  settings.allow.networks = {{*net::ip_prefix::parse("47.0.0.0/28")}};
  config::seen_network seen;
  for (const char* const host : {"45.0.0.7/32", "47.0.0.7/32"}) {
    seen.network = *net::ip_prefix::parse(host);
    settings.allow.seen.networks.push_back(seen);
  }
  settings.allow.seen.networks.front().domain = "partner.example";
  settings.allow.seen.on_overlap = config::on_overlap::hold; // not by hand
  book_fixture f{settings};
  CHECK(difference_text(held_by(f), f) ==
        "45.0.0.0/24: no change\n"
        "  ! listed: 45.0.0.0/24 with hosts that delivered wanted mail: "
        "45.0.0.7/32\n"
        "    (partner.example)\n"
        "\n"
        "3 listings, no change\n");
}

TEST_CASE("a difference shows what is refused, and what is kept instead",
          "[table][difference]") {
  config::settings settings = settings_of({"a.example"});
  settings.allow.domains = {domain_of("friend.example")};
  settings.domains[0].limits.edit().growth_floor = 16;
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24"));
  f.book.let_go(); // it waits for nobody
  const auto before = held_by(f);

  SECTION("growth") {
    f.look(naming("a.example", "45.0.0.0/24 45.0.0.0/20"));
    const auto told = difference_text(before, f);
    CHECK(told.find("a.example: no change\n  ! limit growth: found ") == 0);
    CHECK(told.find("confirms it\n"
                    "  ! refused: 45.0.1.0/24, ") != std::string::npos);
  }
  SECTION("width") {
    f.look(expanded("a.example", "45.0.0.0/24 46.0.0.0/8"));
    CHECK(difference_text(before, f).find(
              "a.example: no change\n"
              "  ! limit widest_ipv4: found /8, allowed /16; 1 network "
              "refused\n"
              "  ! refused: 46.0.0.0/8\n") == 0);
  }
  SECTION("a DNS failure") {
    f.look(failing("a.example"));
    f.look(failing("friend.example"), role::allowed);
    CHECK(difference_text(before, f) ==
          "a.example: no change\n"
          "  ! DNS failed: timeout\n"
          "\n"
          "friend.example (allowed): no change\n"
          "  ! DNS failed: timeout\n"
          "\n"
          "2 listings, no change; DNS failed for 2 domains\n");
    CHECK(difference_between(before, f.book).dns_failed());
    f.look(expanded("a.example", "45.0.0.0/24"));
    CHECK_FALSE(difference_between(before, f.book).dns_failed());
  }
  SECTION("a record that is gone") {
    f.look(gone("a.example"));
    CHECK(difference_text(before, f).find(
              "a.example: no change\n"
              "  ! no SPF record; believed at a second look\n") == 0);
  }
}

TEST_CASE("no domain has failed where there is none", "[table][difference]") {
  config::settings settings = settings_of({});
  settings.networks = {by_hand("47.0.0.0/24")};
  const book_fixture f{settings};
  CHECK_FALSE(difference_between({}, f.book).dns_failed());
}

TEST_CASE("of equal networks the first listing holds the one that answers",
          "[table][difference]") {
  book_fixture f{settings_of({"a.example", "b.example"})};
  f.look(expanded("a.example", "45.0.0.0/24"));
  f.look(expanded("b.example", "45.0.0.0/24 45.0.0.0/25 46.0.0.0/24"));
  const auto held = held_by(f);
  REQUIRE(held.size() == 2);
  CHECK(held[0].addresses == set_of("45.0.0.0/24"));
  CHECK(held[1].addresses == set_of("46.0.0.0/24"));
}

TEST_CASE("a difference fits into 80 columns", "[table][difference]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(with_remark(expanded("a.example", "45.0.0.0/24"),
                     "a remark of many words that goes on and on until it is "
                     "far longer than any screen is wide, and then some more"));
  CHECK(longest_line(difference_text({}, f)) <= 80);
}

TEST_CASE("a difference shows which actions change", "[table][difference]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.domains[0] = entry_of("a.example", "WARN {domain} {network}");
  settings.networks = {by_hand("47.0.0.0/24", "WARN by hand")};
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24 45.0.2.0/24"));
  f.look(expanded("b.example", "46.0.0.1"));
  const auto before = held_by(f);
  CHECK(difference_text(before, f) == "3 listings, no change\n");

  settings.domains[0] = entry_of("a.example", "REJECT by {domain}");
  settings.networks = {by_hand("47.0.0.0/24", "REJECT by hand")};
  f.apply(settings);
  f.look(expanded("a.example", "45.0.2.0/24"));
  CHECK(difference_text(before, f) ==
        "47.0.0.0/24: another action\n"
        "  < WARN by hand\n"
        "  > REJECT by hand\n"
        "\n"
        "a.example: 1 network removed; another action\n"
        "  - 45.0.0.0/24\n"
        "  < WARN a.example 45.0.0.0/24\n"
        "  > REJECT by a.example\n"
        "\n"
        "2 of 3 listings change: 1 network removed; 2 listings with another "
        "action\n");
  CHECK(difference_between(before, f.book).changes());
}

TEST_CASE("a day that goes on is no other action", "[table][difference]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0] = entry_of("a.example", "REJECT since {since}, {domain}");
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24"));
  auto before = held_by(f);
  CHECK(before[0].answer == "REJECT since 2026-11-24, a.example");
  CHECK_FALSE(difference_between(before, f.book).changes());
  for (const char* same :
       {"REJECT since 2020-01-01, a.example", "REJECT since -, a.example"}) {
    before[0].answer = same;
    CHECK_FALSE(difference_between(before, f.book).changes());
  }
  for (const char* other : {"REJECT since 2026-11-24, b.example",
                            "REJECT since 2026", "WARN", ""}) {
    before[0].answer = other;
    CHECK(difference_between(before, f.book).changes());
  }
}

TEST_CASE("no text of another program reaches the terminal as it is",
          "[table][difference]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(expanded("a.example", "45.0.0.0/24"));
  auto before = held_by(f);
  before[0].answer = "\x1b[31m\xff\n";
  const auto text = difference_text(before, f);
  CHECK(std::none_of(text.begin(), text.end(),
                     [](char c) { return (c < ' ' || c > '~') && c != '\n'; }));
}

} // namespace difference_test
