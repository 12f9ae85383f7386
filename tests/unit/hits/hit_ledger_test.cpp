// Tests also: checksum.
#include "core/hits/hit_ledger.hpp"
#include "core/support/checksum.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <random>
#include <string>

namespace hit_ledger_test {

using namespace spfblock;
using namespace spfblock::hits;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr sys_seconds noon{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 28} + 12h};

/// With a fitting checksum.
std::string whole(const std::string& body, int version = 1) {
  return "{\"spfblock_hits\":" + std::to_string(version) + ",\"crc32\":\"" +
         crc32_text(body) + "\"}\n" + body;
}

TEST_CASE("hit_ledger: hits count for their listing and in all", "[hits]") {
  hit_ledger of;
  of.begin(noon);
  of.begin(noon + 1h);
  CHECK(of.complete_since() == noon);
  of.add("a.example", 2, noon);
  of.add("192.0.2.0/24", 1, noon);
  of.add("", 4, noon);
  of.add("never.example", 0, noon);
  CHECK(of.in_all().in_hour(noon) == 7);
  REQUIRE(of.find("a.example"));
  CHECK(of.find("a.example")->in_hour(noon) == 2);
  CHECK(of.find("192.0.2.0/24")->in_hour(noon) == 1);
  CHECK_FALSE(of.find("never.example"));
  CHECK(of.listings().size() == 2);
  CHECK(of.cells() == 6);
}

TEST_CASE("hit_ledger: drops whose last hit is longest ago, and knows since "
          "when it is complete",
          "[hits]") {
  hit_ledger of{48};
  of.begin(noon);
  for (int i = 0; i < 17; ++i)
    of.add(std::to_string(i) + ".example", 1, noon + i * 1s);
  CHECK(of.cells() == 51);
  CHECK(of.make_room() == 2);
  CHECK(of.cells() == 45);
  CHECK_FALSE(of.find("0.example"));
  CHECK_FALSE(of.find("1.example"));
  CHECK(of.find("2.example"));
  CHECK(of.complete_since() == noon + 1s);
  CHECK(of.in_all().in_hour(noon) == 17);
  CHECK(of.make_room() == 0);
}

TEST_CASE("hit_ledger: is the same when it was written and read", "[hits]") {
  std::mt19937 random{3};
  hit_ledger of;
  CHECK(*ledger_from_text(to_text(of)) == of);
  of.begin(noon);
  for (int i = 0; i < 3000; ++i)
    of.add(std::to_string(random() % 30) + ".example", 1 + random() % 9,
           noon + std::chrono::seconds{random() % 40'000'000});
  const auto read = ledger_from_text(to_text(of));
  REQUIRE(read);
  CHECK(*read == of);
  CHECK(read->cells() == of.cells());
}

TEST_CASE("hit_ledger: what was kept before a restart is added", "[hits]") {
  hit_ledger before;
  before.begin(noon - 24h);
  before.add("a.example", 1, noon - 1h);
  before.add("gone.example", 5, noon - 1h);
  hit_ledger after;
  after.begin(noon);
  after.add("a.example", 2, noon);
  after.add("new.example", 1, noon);
  after.merge_earlier(before);
  CHECK(after.complete_since() == noon - 24h);
  CHECK(after.find("a.example")->in_day(noon) == 3);
  CHECK(after.find("gone.example")->in_day(noon) == 5);
  CHECK(after.find("new.example")->in_day(noon) == 1);
  CHECK(after.in_all().in_day(noon) == 9);
  CHECK(after.cells() == 11);
}

TEST_CASE("hit_ledger: is written in lines that a person can read", "[hits]") {
  hit_ledger of;
  of.begin(noon);
  of.add("a.example", 2, noon);
  of.add("a.example", 1, noon + 2min);
  const std::string series = R"("last":1795867320,"minutes":"29931120:2 2:1",)"
                             R"("half_hours":"997704:3","days":"20785:3"})"
                             "\n";
  CHECK(to_text(of) == whole("{\"complete_since\":1795867200}\n"
                             "{\"listing\":\"\"," +
                             series + "{\"listing\":\"a.example\"," + series));
}

TEST_CASE("hit_ledger: any octet that changes is found", "[hits]") {
  hit_ledger of;
  of.begin(noon);
  of.add("a.example", 2, noon);
  const std::string good = to_text(of);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    INFO(i);
    CHECK_FALSE(ledger_from_text(bad));
    CHECK_FALSE(ledger_from_text(std::string_view{good}.substr(0, i)));
  }
}

TEST_CASE("hit_ledger: a text of another version is told from a damaged one",
          "[hits]") {
  const auto other = ledger_from_text(whole("anything\n", 2));
  REQUIRE_FALSE(other);
  CHECK(other.error().code == errc::out_of_range);
  for (const std::string& body :
       {std::string{}, std::string{"no JSON\n"},
        std::string{"{\"complete_since\":null}\n{\"listing\":\"a\"}\n"},
        std::string{"{\"complete_since\":null}\n"
                    R"({"listing":"a","last":1,"minutes":"1:1 0:1",)"
                    R"("half_hours":"","days":""})"},
        std::string{"{\"complete_since\":null}\n"
                    R"({"listing":"a","last":1,"minutes":"4294967295:1 1:1",)"
                    R"("half_hours":"","days":""})"},
        std::string{"{\"complete_since\":null}\n"
                    R"({"listing":"a","last":1,"minutes":"1:x",)"
                    R"("half_hours":"","days":""})"}}) {
    INFO(body);
    const auto read = ledger_from_text(whole(body));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
  }
}

} // namespace hit_ledger_test
