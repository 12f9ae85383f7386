#include "core/config/allow_section.hpp"
#include "core/config/provider_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace allow_section_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

std::string text_of(const std::string& allow) {
  return "{\"domains\":[],\"allow\":{" + allow + "}}";
}

allow_settings allow_of(const std::string& allow) {
  return read_settings(text_of(allow)).allow;
}

std::string faults_in(const std::string& allow) {
  return faults_of(text_of(allow));
}

} // namespace

TEST_CASE(
    "allow: reserved space and the shipped providers unless told otherwise",
    "[config][allow_section]") {
  allow_settings unsaid;
  unsaid.providers = shipped_providers();
  CHECK(unsaid.reserved);
  CHECK(allow_of("") == unsaid);
  CHECK(read_settings(R"({"domains":[]})").allow == allow_of(""));
  CHECK(allow_of(R"("reserved":true)") == allow_of(""));
  CHECK_FALSE(allow_of(R"("reserved":false)").reserved);
  CHECK(faults_in(R"("reserved":0)") ==
        "t.json:1: /allow/reserved: found 0 (expected true or false)\n");
}

TEST_CASE("allow.networks: networks and addresses, overlapping as they like",
          "[config][allow_section]") {
  const auto allow = allow_of(
      R"("networks":["192.0.2.0/24","192.0.2.1","0.0.0.0/0","2001:db8::/32"])");
  CHECK(allow.networks ==
        std::vector<allowed_network>{{network_of("192.0.2.0/24")},
                                     {network_of("192.0.2.1/32")},
                                     {network_of("0.0.0.0/0")},
                                     {network_of("2001:db8::/32")}});
}

TEST_CASE("allow.networks: an object may say how long, and why",
          "[config][allow_section]") {
  const auto allow = allow_of(
      R"("networks":["192.0.2.0/24",{"network":"192.0.3.1",
         "until":"2030-01-02","comment":"ticket 7"},{"network":"::/16"}])");
  CHECK(
      allow.networks ==
      std::vector<allowed_network>{
          {network_of("192.0.2.0/24")},
          {network_of("192.0.3.1"),
           std::chrono::sys_days{std::chrono::year{2030} / 1 / 2}, "ticket 7"},
          {network_of("::/16")}});
  CHECK(faults_in("\"networks\":[\"192.0.2.1\",\n{\"until\":1},\n"
                  "{\"network\":\"192.0.2.1\",\"action\":\"OK\"},\n"
                  "{\"network\":\"192.0.2.1/32\"}]") ==
        "t.json:2: /allow/networks/1/until: found 1 (expected a day of the "
        "calendar, YYYY-MM-DD)\n"
        "t.json:2: /allow/networks/1: \"network\" is missing (expected a "
        "network)\n"
        "t.json:3: /allow/networks/2/action: unknown setting (known: network, "
        "until, comment)\n"
        "t.json:4: /allow/networks/3: \"192.0.2.1/32\" is given twice (first "
        "at t.json:1)\n");
}

TEST_CASE("allow.networks: no network twice, however it is written",
          "[config][allow_section]") {
  CHECK(faults_in("\"networks\":[\"192.0.2.0/24\",\n\"2001:db8::1\",\n"
                  "\"::ffff:192.0.2.0/120\",\"2001:DB8:0::1/128\"]") ==
        "t.json:3: /allow/networks/2: \"192.0.2.0/24\" is given twice (first "
        "at t.json:1)\n"
        "t.json:3: /allow/networks/3: \"2001:db8::1/128\" is given twice "
        "(first at t.json:2)\n");
}

TEST_CASE("allow.networks: a fault has its place", "[config][allow_section]") {
  CHECK(faults_in("\"networks\":[\n\"192.0.2.1/24\",\n5,\n\"a.test\"]") ==
        "t.json:2: /allow/networks/0: host bits are set in \"192.0.2.1/24\", "
        "did you mean 192.0.2.0/24? (expected a network such as "
        "\"192.0.2.0/24\")\n"
        "t.json:3: /allow/networks/1: found 5 (expected a network, or an "
        "object with one)\n"
        "t.json:4: /allow/networks/2: \"a.test\" is not an IP address "
        "(expected a network such as \"192.0.2.0/24\")\n");
}

TEST_CASE("allow.domains: names and objects, in their order",
          "[config][allow_section]") {
  const auto domains =
      allow_of(R"("domains":["B.test",{"name":"a.test","comment":"ours"}])")
          .domains;
  REQUIRE(domains.size() == 2);
  CHECK(domains[0].name == name_of("b.test"));
  CHECK(domains[1].name == name_of("a.test"));
  CHECK(domains[1].comment == "ours");
}

TEST_CASE("allow.domains inherit whatever the order of the keys",
          "[config][allow_section]") {
  const auto domains = read_settings(R"({
      "allow": {"domains": ["a.test",
                            {"name": "b.test", "on_permerror": "stop"}]},
      "domains": [], "limits": {"depth": 5}})")
                           .allow.domains;
  REQUIRE(domains.size() == 2);
  CHECK(domains[0].limits->depth == 5);
  CHECK(domains[1].limits->depth == 5);
}

TEST_CASE("allow.domains pass over errors unless they say otherwise",
          "[config][allow_section]") {
  const auto domains = read_settings(R"({
      "allow": {"domains": ["a.test",
                            {"name": "b.test", "on_permerror": "stop"}]},
      "domains": ["c.test"], "on_permerror": "void"})")
                           .allow.domains;
  REQUIRE(domains.size() == 2);
  CHECK(domains[0].on_permerror == on_permerror::skip);
  CHECK(domains[1].on_permerror == on_permerror::stop);
}

TEST_CASE("allow.domains are bounded in their work, not in their size",
          "[config][allow_section]") {
  const auto domains = read_settings(R"({
      "allow": {"domains": [{"name": "a.test", "limits": {
          "widest_ipv4": 24, "networks": 1, "dns_queries": 7}}]},
      "domains": [], "limits": {"ipv4_addresses": 1, "depth": 5}})")
                           .allow.domains;
  REQUIRE(domains.size() == 1);
  limit_settings expected;
  expected.widest_ipv4 = 8;
  expected.widest_ipv6 = 16;
  expected.ipv4_addresses = expected.ipv6_slash64s = expected.networks =
      std::nullopt;
  expected.growth = std::nullopt;
  expected.dns_queries = 7;
  expected.depth = 5;
  CHECK(domains[0].limits == expected);
}

TEST_CASE("allow.domains: an entry has no action, a name and none twice",
          "[config][allow_section]") {
  CHECK(faults_in("\"domains\":[\"a.test\",\n\"A.TEST.\",\n"
                  "{\"name\":\n\"a.test\"},\n"
                  "{\"name\":\"b.test\",\"action\":\"OK\"},\n"
                  "{},\n7,\n\"localhost\",\n{\"name\":null}]") ==
        "t.json:2: /allow/domains/1: \"a.test\" is given twice (first at "
        "t.json:1)\n"
        "t.json:4: /allow/domains/2/name: \"a.test\" is given twice (first at "
        "t.json:1)\n"
        "t.json:5: /allow/domains/3/action: unknown setting (known: name, "
        "on_permerror, limits, until, comment)\n"
        "t.json:6: /allow/domains/4: \"name\" is missing (expected a domain "
        "name)\n"
        "t.json:7: /allow/domains/5: found 7 (expected a domain name, or an "
        "object with one)\n"
        "t.json:8: /allow/domains/6: found \"localhost\" (expected a domain "
        "name of at least two labels)\n"
        "t.json:9: /allow/domains/7/name: found null (expected a string)\n");
}

TEST_CASE("a domain may be listed and allowed: feeds list what they like",
          "[config][allow_section]") {
  const fake_files files{{{"feed", std::vector<list_file>{{"f", "b.test"}}}}};
  const auto read = read_settings(R"({"domains":["a.test"],
      "domain_files":["feed"],
      "allow":{"domains":["a.test","b.test"],"includes":["a.test"]}})",
                                  files);
  CHECK(read.domains.size() == 2);
  CHECK(read.allow.domains.size() == 2);
  CHECK(read.allow.includes.size() == 1);
}

TEST_CASE("allow.includes: names alone, none twice",
          "[config][allow_section]") {
  CHECK(faults_in("\"includes\":[\"_spf.a.test\",\n\"_SPF.a.test.\",\n"
                  "{\"name\":\"a.test\"},\n\"192.0.2.1\"]") ==
        "t.json:2: /allow/includes/1: \"_spf.a.test\" is given twice (first "
        "at t.json:1)\n"
        "t.json:3: /allow/includes/2: found an object (expected a string)\n"
        "t.json:4: /allow/includes/3: found \"192.0.2.1\" (expected a domain "
        "name; addresses go into \"networks\")\n");
}

TEST_CASE("allow.includes are ascending in whatever order they are written",
          "[config][allow_section]") {
  const auto seed = GENERATE(range(0U, 4U));
  std::vector<std::string> names{"a.test", "b.test",      "b.a.test",
                                 "z.a",    "_spf.a.test", "aa.test"};
  std::shuffle(names.begin(), names.end(), std::mt19937{seed});
  std::string list;
  for (const auto& name : names)
    list += (list.empty() ? "\"" : ",\"") + name + '"';
  const auto includes = allow_of("\"includes\":[" + list + "]").includes;
  CHECK(includes.size() == names.size());
  CHECK(std::is_sorted(includes.begin(), includes.end()));
}

TEST_CASE("allow alone lists nothing", "[config][allow_section]") {
  CHECK_THAT(faults_of(R"({"allow":{"networks":["192.0.2.0/24"]}})"),
             Catch::ContainsSubstring("nothing to list"));
}

TEST_CASE("allow.providers: the shipped list, none, or names in files",
          "[config][allow_section]") {
  CHECK(allow_of(R"("providers":true)").providers == shipped_providers());
  CHECK(allow_of(R"("providers":false)").providers.empty());
  CHECK(allow_of(R"("providers":[])").providers.empty());
  const fake_files files{{
      {"a.txt", std::vector<list_file>{{"a.txt", "# ours\nb.example\n"}}},
      {"*.txt",
       std::vector<list_file>{{"a.txt", "b.example # twice is no fault"},
                              {"b.txt", "\n_spf.a.example"}}},
  }};
  const auto text = text_of(R"("providers":["a.txt","*.txt"])");
  CHECK(read_settings(text, files).allow.providers ==
        std::vector{name_of("b.example"), name_of("_spf.a.example")});
}

TEST_CASE("allow.providers: a bad line is a fault at its place",
          "[config][allow_section]") {
  const fake_files files{
      {{"a.txt", std::vector<list_file>{{"a.txt", "b.example\nc d\n"}}}}};
  CHECK(faults_of(text_of(R"("providers":["a.txt"])"), files) ==
        "a.txt:2: found \"c d\" (expected a domain name of letters, digits, "
        "hyphens and underscores)\n");
  CHECK(faults_in(R"("providers":["none.txt"])") ==
        "t.json:1: /allow/providers/0: no such file\n");
  CHECK(faults_in(R"("providers":"a.txt")") ==
        "t.json:1: /allow/providers: found \"a.txt\" (expected true, false, or "
        "an array of the names of files)\n");
}

TEST_CASE("allow.providers: a list that others maintain lists no provider, "
          "and whoever wrote it is told where",
          "[config][allow_section]") {
  const fake_files files{
      {{"a.txt", std::vector<list_file>{{"a.txt", "spam.example\n"
                                                  "sendgrid.net\n"}}},
       {"b.json",
        std::vector<list_file>{
            {"b.json", "{\"domains\": [\"mailgun.org\",\n"
                       "{\"name\": \"amazonses.com\"},\n"
                       "{\"name\": \"c.example\", \"provider\": false}]}"}}}}};
  const std::string text =
      R"({"domain_files":["a.txt"],"entry_files":["b.json"]})";
  const auto settings = read_settings(text, files);
  std::vector<dns::name> listed;
  for (const domain_entry& each : settings.domains)
    listed.push_back(each.name);
  CHECK(listed == std::vector{name_of("spam.example"), name_of("c.example")});
  CHECK(settings.allow.listed_providers.empty());
  CHECK(settings.allow.providers == shipped_providers());
  const std::string why =
      " is a provider: not listed (expected, if it is to be, as an entry of "
      "\"domains\" in the main file, or in one of \"entry_files\" with "
      "\"provider\": true)\n";
  CHECK(warnings_of(text, files) ==
        "a.txt:2: warning: sendgrid.net" + why +
            "b.json:1: /domains/0: warning: mailgun.org" + why +
            "b.json:2: /domains/1/name: warning: amazonses.com" + why);
}

TEST_CASE("allow.providers: who says that he means it lists one, whatever a "
          "list of others names before",
          "[config][allow_section]") {
  const fake_files files{
      {{"a.txt", std::vector<list_file>{{"a.txt", "mailgun.org\n"}}},
       {"b.json",
        std::vector<list_file>{{"b.json", R"({"domains": [{"provider": true,
          "name": "mailgun.org", "action": "WARN of {domain}"}]})"}}}}};
  const auto settings = read_settings(
      R"({"domains":["spam.example",{"name":"sendgrid.net","provider":false}],
          "domain_files":["a.txt"],"entry_files":["b.json"]})",
      files);
  REQUIRE(settings.domains.size() == 3);
  CHECK(settings.domains[2].action.text() == "WARN of {domain}");
  CHECK(settings.allow.listed_providers ==
        std::vector{name_of("mailgun.org"), name_of("sendgrid.net")});
  // For all others they are what they were.
  CHECK(settings.allow.providers == shipped_providers());
}

TEST_CASE("allow.providers: without them a list of others lists "
          "whatever it names",
          "[config][allow_section]") {
  const fake_files files{
      {{"a.txt", std::vector<list_file>{{"a.txt", "mailgun.org\n"}}}}};
  const auto settings = read_settings(
      R"({"domain_files":["a.txt"],"allow":{"providers":false}})", files);
  CHECK(settings.domains.size() == 1);
}

TEST_CASE("allow.seen: hosts that delivered wanted mail, of a file or several",
          "[config][allow_section]") {
  const auto unsaid = allow_of("").seen;
  CHECK(unsaid.networks.empty());
  CHECK(unsaid.on_overlap == on_overlap::warn);
  CHECK(allow_of(R"("seen":{"file":"","on_overlap":"hold"})").seen ==
        seen_settings{{}, on_overlap::hold});

  const fake_files files{
      {{"seen*.json",
        std::vector<list_file>{
            {"seen1.json",
             R"({"seen":[{"network":"192.0.2.7"},{"network":"192.0.2.9"}]})"},
            {"seen2.json", R"({"seen":[{"network":"192.0.2.8"},
                {"network":"192.0.2.7","domain":"a.test"}]})"}}}}};
  const auto read = parse(text_of(R"("seen":{"file":"seen*.json"})"), files);
  const auto& valid = std::get<reading>(read);
  CHECK(valid.warnings.empty());
  CHECK(valid.lists == list_sizes{{"seen1.json", 2}, {"seen2.json", 2}});
  std::string networks;
  for (const auto& each : valid.settings.allow.seen.networks)
    networks += each.network.to_string() + each.domain + ' ';
  CHECK(networks == "192.0.2.7/32 192.0.2.8/32 192.0.2.9/32 ");
}

TEST_CASE("allow.seen: what is wrong with the file is a warning with its place",
          "[config][allow_section]") {
  const std::string text = text_of("\n\"seen\":{\"file\":\"seen.json\"}");
  CHECK(warnings_of(text) ==
        "t.json:2: /allow/seen/file: warning: no such file\n");
  const auto warnings = [&text](const list_file& file) {
    return warnings_of(text, {{{"seen.json", std::vector<list_file>{file}}}});
  };
  CHECK(warnings({"seen.json", "", "cannot read \"seen.json\""}) ==
        "seen.json: warning: cannot read \"seen.json\"\n");
  CHECK(warnings({"seen.json", "{\"seen\":[\n{\"network\":5}]}"}) ==
        "seen.json:2: /seen/0/network: warning: found 5 (expected a string)\n");
  CHECK_THAT(warnings({"seen.json", "{\"seen\":[\n{},\n]}"}),
             Catch::StartsWith("seen.json:3: warning: "));
  CHECK(faults_in(R"("seen":{"file":7,"on_overlap":"keep","x":1})") ==
        "t.json:1: /allow/seen/x: unknown setting (known: file, on_overlap)\n"
        "t.json:1: /allow/seen/file: found 7 (expected a string)\n"
        "t.json:1: /allow/seen/on_overlap: found \"keep\" (expected one of "
        "\"warn\", \"hold\")\n");
}

TEST_CASE("allow.seen: a file that lost most of its hosts is told",
          "[config][allow_section]") {
  const fake_files files{
      {{"seen.json", std::vector<list_file>{{"seen.json", "{\"seen\":[]}"}}}}};
  const auto read = parse_settings(text_of(R"("seen":{"file":"seen.json"})"),
                                   "t.json", files, {{"seen.json", 5}});
  CHECK(lines_of(std::get<reading>(read).warnings) ==
        "seen.json: warning: gives no entry, and gave 5 when it was last "
        "read\n");
}

} // namespace allow_section_test
