#include "core/config/listed_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <vector>

namespace listed_entries_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

using files = std::vector<list_file>;

/// A configuration with files of entries of those texts, c0.json and so on.
fake_files entry_files(const std::vector<std::string>& texts) {
  files all;
  for (const std::string& each : texts)
    all.push_back({fmt::format("c{}.json", all.size()), each});
  return {{{"*.json", all}}};
}

constexpr const char* main_text = R"({
  "domains": ["own.test"],
  "networks": [{"network": "192.0.2.0/24", "action": "HOLD"}],
  "allow": {"networks": ["203.0.113.0/24"]},
  "entry_files": ["*.json"],
  "restriction_classes": ["greylist"], "action": "REJECT"})";

} // namespace

TEST_CASE("a file of entries lists and allows as the main file does",
          "[config][listed_entries]") {
  const auto found = entry_files({R"({
    "$schema": "x",
    "domains": ["a.test", // why
                {"name": "b.test", "action": "greylist", "until": "2030-01-01",
                 "comment": "c", "limits": {"growth": 9}}],
    "networks": [{"network": "198.51.100.0/24", "until": "2030-01-02"}],
    "allow": {"networks": ["203.0.113.7"], "domains": ["ours.test"],
              "includes": ["z.test", "_spf.test"]}})",
                                  R"({})"});
  CHECK(warnings_of(main_text, found).empty());
  const auto read = read_settings(main_text, found);
  REQUIRE(read.domains.size() == 3);
  CHECK(read.domains[1].name == name_of("a.test"));
  CHECK(read.domains[1].action.text() == "REJECT");
  CHECK(read.domains[2].action.text() == "greylist");
  CHECK(read.domains[2].limits->growth == 9);
  CHECK(read.domains[2].until ==
        std::chrono::sys_days{std::chrono::year{2030} / 1 / 1});
  REQUIRE(read.networks.size() == 2);
  CHECK(read.networks[1].network == network_of("198.51.100.0/24"));
  CHECK(read.networks[1].until ==
        std::chrono::sys_days{std::chrono::year{2030} / 1 / 2});
  CHECK(read.allow.networks.size() == 2);
  CHECK(read.allow.domains.at(0).name == name_of("ours.test"));
  CHECK(read.allow.domains.at(0).on_permerror == on_permerror::skip);
  CHECK(read.allow.includes ==
        std::vector{name_of("z.test"), name_of("_spf.test")});
}

TEST_CASE("a file of entries: whatever is wrong is a warning with its place, "
          "and what has it is not taken",
          "[config][listed_entries]") {
  const auto found = entry_files({
      R"({
  "domains": ["own.test", "a.test",
    {"name": "b.test", "action": "REJEKT"},
    {"name": "c.test", "limit": 5}, "d e", 7],
  "networks": [{"network": "192.0.2.0/24"}, {"network": "192.0.2.1/24"}, {}],
  "allow": {"networks": ["203.0.113.0/24", "x"], "reserved": false},
  "threads": 4
})",
      "<html>", "[1]", R"({"domains": 5})",
      R"({"domains": ["a.test", "e.test"]})"});
  CHECK(
      warnings_of(main_text, found) ==
      R"(c0.json:2: /domains/0: warning: "own.test" is listed twice (first at t.json:2)
c0.json:3: /domains/2/action: warning: unknown action "REJEKT" (expected OK, REJECT, DEFER, DEFER_IF_REJECT, DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC, DUNNO, 4NN or 5NN with a text, or a restriction class)
c0.json:4: /domains/3/limit: warning: unknown setting (known: name, on_permerror, limits, until, comment, action, provider; did you mean "limits"?)
c0.json:4: /domains/4: warning: found "d e" (expected a domain name of letters, digits, hyphens and underscores)
c0.json:4: /domains/5: warning: found 7 (expected a domain name, or an object with one)
c0.json:5: /networks/1/network: warning: host bits are set in "192.0.2.1/24", did you mean 192.0.2.0/24? (expected a network such as "192.0.2.0/24")
c0.json:5: /networks/2: warning: "network" is missing (expected a network)
c0.json:6: /allow/reserved: warning: unknown setting (known: networks, domains, includes)
c0.json:6: /allow/networks/0: warning: "203.0.113.0/24" is given twice (first at t.json:4)
c0.json:6: /allow/networks/1: warning: "x" is not an IP address (expected a network such as "192.0.2.0/24")
c0.json:7: /threads: warning: unknown setting (known: domains, networks, allow)
c0.json:5: /networks/0: warning: "192.0.2.0/24" is given twice (first at t.json:3)
c1.json:1: warning: syntax error while parsing value - invalid literal; last read: '<'
c2.json:1: warning: found an array (expected an object)
c3.json:1: /domains: warning: found 5 (expected an array)
c4.json:1: /domains/0: warning: "a.test" is listed twice (first at c0.json:2)
)");
  const auto read = read_settings(main_text, found);
  std::string names;
  for (const domain_entry& each : read.domains)
    names += each.name.to_string() + ' ';
  CHECK(names == "own.test a.test e.test ");
  REQUIRE(read.networks.size() == 1);
  CHECK(read.networks[0].action.text() == "HOLD");
  CHECK(read.allow.reserved);
  CHECK(read.threads == 1);
}

TEST_CASE("networks: twice in the main file is a warning, and the first counts",
          "[config][listed_entries]") {
  const auto* const text = R"({"networks": [
    {"network": "192.0.2.0/24", "action": "HOLD"},
    {"network": "192.0.2.0/24", "action": "REJECT"}]})";
  CHECK(warnings_of(text) == "t.json:3: /networks/1: warning: \"192.0.2.0/24\" "
                             "is given twice (first at t.json:2)\n");
  const auto read = read_settings(text);
  REQUIRE(read.networks.size() == 1);
  CHECK(read.networks[0].action.text() == "HOLD");
}

TEST_CASE("networks: until is a day", "[config][listed_entries]") {
  CHECK(faults_of(R"({"networks":[{"network":"192.0.2.1","until":"soon"}]})") ==
        "t.json:1: /networks/0/until: found \"soon\" (expected a day of the "
        "calendar, YYYY-MM-DD)\n");
}

TEST_CASE("an action that lets mail in is a warning",
          "[config][listed_entries]") {
  CHECK(warnings_of(R"({"domains":[],"action":"OK"})") ==
        "t.json:1: /action: warning: lets in all mail of the hosts that it is "
        "for\n");
  CHECK(warnings_of(R"({"domains":[{"name":"a.test","action":"ok then"}]})") ==
        "t.json:1: /domains/0/action: warning: lets in all mail of the hosts "
        "that it is for\n");
  CHECK(warnings_of(R"({"domains":[],"action":"WARN ok"})").empty());
}

} // namespace listed_entries_test
