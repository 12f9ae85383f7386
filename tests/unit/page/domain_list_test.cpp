#include "core/page/domain_list.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace domain_list_test {

using namespace spfblock;
using page::domain_list_json;
using page::domain_order;
using page::list_question;
using page::read_list_question;
using reports::domain_condition;
using reports::domain_status;

namespace {

domain_status domain(const std::string& name, domain_condition condition,
                     std::size_t networks, std::uint64_t hits, int changed) {
  domain_status of;
  of.name = name;
  of.condition = condition;
  of.networks = networks;
  of.hits = hits;
  of.changed_at = std::chrono::sys_seconds{std::chrono::seconds{changed}};
  return of;
}

std::vector<domain_status> four() {
  std::vector<domain_status> all{
      domain("d.example", domain_condition::fresh, 5, 0, 400),
      domain("a.example", domain_condition::fresh, 7, 2, 100),
      domain("c.example", domain_condition::failing, 7, 9, 300),
      domain("b.example", domain_condition::waiting, 0, 0, 200)};
  all[0].comment = "Ticket 7";
  all[2].trouble = "c.example TXT: SERVFAIL";
  return all;
}

/// The first letters of the domains of the document.
std::string letters(const list_question& by) {
  const std::string document = domain_list_json(four(), by);
  constexpr std::string_view key = "{\"domain\":\"";
  std::string found;
  for (auto at = document.find(key); at != std::string::npos;
       at = document.find(key, at + 1))
    found += document[at + key.size()];
  return found;
}

list_question sorted(domain_order by, bool reversed = false) {
  list_question question;
  question.order = by;
  question.reversed = reversed;
  return question;
}

list_question seeking(const std::string& text) {
  list_question question;
  question.search = text;
  return question;
}

} // namespace

TEST_CASE("domain_list: sorted by what was asked for, and by name",
          "[page][domain_list]") {
  CHECK(letters({}) == "cbad"); // what is in trouble stands first
  CHECK(letters(sorted(domain_order::domain)) == "abcd");
  CHECK(letters(sorted(domain_order::domain, true)) == "dcba");
  CHECK(letters(sorted(domain_order::networks)) == "acdb");
  CHECK(letters(sorted(domain_order::networks, true)) == "bdca");
  CHECK(letters(sorted(domain_order::hits)) == "cabd");
  CHECK(letters(sorted(domain_order::changed)) == "dcba");
}

TEST_CASE("domain_list: a part of the name or of the comment is sought, or a "
          "state",
          "[page][domain_list]") {
  CHECK(letters(seeking("A.EXAM")) == "a");
  CHECK(letters(seeking("ticket")) == "d");
  CHECK(letters(seeking("failing")) == "c");
  CHECK(letters(seeking("fail")) == "");
  CHECK(letters(seeking("example")) == "cbad");
}

TEST_CASE("domain_list: a page of those that match, and how many there are",
          "[page][domain_list]") {
  list_question question = sorted(domain_order::domain);
  question.offset = 1;
  question.limit = 2;
  CHECK(letters(question) == "bc");
  const auto document = domain_list_json(four(), question);
  CHECK(document.starts_with(R"({"total":4,"matching":4,"offset":1,)"));
  question.offset = 9;
  CHECK(letters(question) == "");
  question.search = "a.e";
  CHECK(domain_list_json(four(), question) ==
        R"({"total":4,"matching":1,"offset":9,"domains":[]})"
        "\n");
}

TEST_CASE("domain_list: a domain is told with what is wrong with it",
          "[page][domain_list]") {
  CHECK(domain_list_json(four(), seeking("c.example")) ==
        R"({"total":4,"matching":1,"offset":0,"domains":[)"
        R"({"domain":"c.example","role":"listed","condition":"failing",)"
        R"("in_trouble":true,"remark":"c.example TXT: SERVFAIL","networks":7,)"
        R"("ipv4_addresses":0,"ipv6_slash64s":0,"hits":9,"changed_at":300,)"
        R"("action":"","until":"","comment":""}]})"
        "\n");
}

TEST_CASE("read_list_question reads what a request says",
          "[page][domain_list]") {
  const auto nothing = read_list_question("", "", "", "");
  REQUIRE(nothing);
  CHECK(*nothing == list_question{});
  const auto all = read_list_question(" x ", "100", "500", "-hits");
  REQUIRE(all);
  CHECK(*all == list_question{"x", 100, 500, domain_order::hits, true});
}

TEST_CASE("read_list_question refuses what is no number or no order",
          "[page][domain_list]") {
  CHECK_FALSE(read_list_question("", "-1", "", ""));
  CHECK_FALSE(read_list_question("", "99999999999", "", ""));
  CHECK_FALSE(read_list_question("", "", "501", ""));
  CHECK_FALSE(read_list_question("", "", "1x", ""));
  CHECK_FALSE(read_list_question("", "", "", "name"));
  CHECK_FALSE(read_list_question("", "", "", "-"));
}

} // namespace domain_list_test
