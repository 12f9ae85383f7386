#include "server/commands/suggest_looks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"

#include <string>
#include <utility>
#include <vector>

namespace suggest_looks_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

/// Answers from these records.
server::configuration answering(const std::string& records) {
  server::configuration made;
  made.settings.allow.reserved = false;
  made.settings.resolver.zone_file = "zone";
  made.zone = *dns::zone::parse(records);
  return made;
}

/// Names whose records are a question each.
std::pair<std::string, std::vector<dns::name>> many(unsigned count) {
  std::pair<std::string, std::vector<dns::name>> made;
  for (unsigned i = 0; i < count; ++i) {
    const std::string text = "s" + std::to_string(i) + ".example";
    made.first += text + ". 300 IN TXT \"v=spf1 ip4:45.1.1.0/24 -all\"\n";
    made.second.push_back(name(text));
  }
  return made;
}

} // namespace

TEST_CASE("server::look_at: names are looked at as if they were listed",
          "[suggest_looks]") {
  auto by =
      answering("a.example. 300 IN TXT \"v=spf1 ip4:45.1.1.0/24 -all\"\n");
  by.settings.allow.networks.push_back({*net::ip_prefix::parse("45.1.1.0/25")});
  domains::domain_book book;
  std::size_t budget = 100;
  const auto looks = server::look_at({name("a.example"), name("b.example")}, {},
                                     book, by, budget);
  REQUIRE(looks.size() == 2);
  CHECK(looks.at(name("a.example")).passes == networks({"45.1.1.0/24"}));
  CHECK(looks.at(name("a.example")).lists == networks({"45.1.1.128/25"}));
  CHECK(looks.at(name("b.example")).outcome == spf::outcome::no_record);
  CHECK(budget == 98);
}

TEST_CASE(
    "server::look_at: where the questions are spent nobody more is looked "
    "at",
    "[suggest_looks]") {
  const auto [records, names] = many(500);
  auto by = answering(records);
  domains::domain_book book;
  std::size_t budget = 100;
  const auto looks = server::look_at(names, {}, book, by, budget);
  CHECK(budget == 0);
  CHECK(looks.size() >= 100);
  CHECK(looks.size() < 200); // those under way come to their end
  CHECK(looks.contains(names.front()));
  CHECK_FALSE(looks.contains(names.back()));
}

TEST_CASE("server::look_at: a term of the mail is asked for that mail",
          "[suggest_looks]") {
  auto by = answering(
      "a.example. 300 IN TXT \"v=spf1 exists:%{i}.%{l}.%{h}.a.example -all\"\n"
      "45.1.1.1.me.mx.a.example. 300 IN A 127.0.0.2\n");
  suggest::sender of;
  of.name = name("a.example");
  of.sendings = {{ip("45.1.1.1"), of.name, "me@a.example", "mx"},
                 {ip("45.1.1.2"), of.name, "me@a.example", "mx"},
                 {ip("45.1.1.3"), of.name, "you@a.example", "mx"}};
  domains::domain_book book;
  std::size_t budget = 100;
  const auto looks = server::look_at({of.name}, {&of}, book, by, budget);
  CHECK(looks.at(of.name).passes == networks({"45.1.1.1"}));
  CHECK(looks.at(of.name).lists.empty());
}

} // namespace suggest_looks_test
