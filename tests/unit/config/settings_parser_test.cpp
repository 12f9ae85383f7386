#include "core/config/settings_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"
#include "tests/support/settings_text.hpp"

#include <algorithm>
#include <string>

namespace settings_parser_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

TEST_CASE("admin: an endpoint, an empty text for none, 127.0.0.1:10061 unsaid",
          "[config][settings_parser]") {
  CHECK(read_settings(R"({"domains":[]})").admin ==
        *net::endpoint::parse("127.0.0.1:10061"));
  CHECK(read_settings(R"({"domains":[],"admin":"[::1]:99"})").admin ==
        *net::endpoint::parse("[::1]:99"));
  CHECK_FALSE(read_settings(R"({"domains":[],"admin":""})").admin);
}

TEST_CASE("parse_settings: one of the keys that list is enough, all else has "
          "a default",
          "[config][settings_parser]") {
  settings expected = default_settings();
  expected.listen = {
      {protocols::door::tcp_table, *net::endpoint::parse("127.0.0.1:10060")}};
  CHECK(read_settings(R"({"domains":[]})") == expected);
  CHECK(read_settings(R"({"domain_files":[]})") == expected);
  CHECK(read_settings(R"({"entry_files":[]})") == expected);
  CHECK(read_settings(R"({"networks":[]})") == expected);
  CHECK(read_settings(R"({"domains":[],"log":{},"limits":{},"refresh":{},
                        "resolver":{},"allow":{}})") == expected);
  CHECK(faults_of("{\n}") ==
        "t.json:1: nothing to list (expected \"domains\", \"domain_files\", "
        "\"entry_files\" or \"networks\")\n");

  const auto read = read_settings(R"({"domains":["a.test"]})");
  CHECK(read.domains.at(0).action.text() ==
        "REJECT listed in the SPF record of {domain}");
  CHECK(read.domains.at(0).on_permerror == on_permerror::stop);
}

TEST_CASE("parse_settings reports every fault at once, in order of lines, and "
          "then the warnings",
          "[config][settings_parser]") {
  const auto* const text = R"({
  "listen": ["127.0.0.1:10060", "localhost:1", "[::1]:70000",
             "127.0.0.1:10060", 5],
  "threads": 0,
  "conections": 5,
  "action": "REJEKT",
  "domains": [
    "a.test",
    "localhost",
    { "name": "A.test.", "acton": "REJECT" },
    { "action": "550" },
    { "name": 7, "comment": [], "on_permerror": "ignore", "until": 2027,
      "limits": { "growth": 1, "answer_bytes": 512 } },
    true
  ],
  "domain_files": ["bad.txt", "gone.txt", "", "x\n"],
  "networks": [
    { "network": "192.0.2.1/24" },
    { "network": "192.0.2.0" , "action":
      "greylist" },
    "192.0.2.0/24"
  ],
  "restriction_classes": ["a b", "Reject", "9lives"],
  "on_permerror": null,
  "threads": 1.5,
  "limits": {
    "widest_ipv4": 33,
    "depth": true,
    "ipv4_adresses": 5
  },
  "resolver": {
    "servers": ["127.0.0.1", "127.0.0.1:0", "ns.test"],
    "zone_file": "x.zone",
    "atempts": 5,
    "timeout": "500ms"
  },
  "refresh": { "interval": 3600,
    "keep_stale": "366d" },
  "log": { "level": "loud",
    "target": "sylog", "hits": "yes" },
  "allow": {
    "networks": ["192.0.2.0/24", "192.0.2.1/24"],
    "includs": []
  },
  "state_file": 7
})";
  const fake_files files{
      {{"bad.txt",
        std::vector<list_file>{{"z.txt", "\nb.test\nm\xc3\xbcll.test # no\n"},
                               {"b.txt", "a.test\nb.test\na b\n"}}},
       {"gone.txt", "no such file: \"gone.txt\""}}};

  CHECK(
      faults_of(text, files) ==
      R"(t.json:2: /listen/1: "localhost" is not an IP address (expected an address and a port, as in "127.0.0.1:10060" or "[::1]:10060", or "unix:/PATH")
t.json:2: /listen/2: port 70000 is over 65535 (expected an address and a port, as in "127.0.0.1:10060" or "[::1]:10060", or "unix:/PATH")
t.json:3: /listen/3: "127.0.0.1:10060" is given twice (first at t.json:2)
t.json:3: /listen/4: found 5 (expected "ADDRESS:PORT", "unix:/PATH", or {"door": DOOR, "at": one of these})
t.json:5: /conections: unknown setting (known: listen, threads, connections, restriction_classes, action, on_permerror, limits, allow, domains, networks, domain_files, entry_files, resolver, refresh, query_time, publish, state_file, admin, metrics, log; did you mean "connections"?)
t.json:6: /action: unknown action "REJEKT" (expected OK, REJECT, DEFER, DEFER_IF_REJECT, DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC, DUNNO, 4NN or 5NN with a text, or a restriction class)
t.json:9: /domains/1: found "localhost" (expected a domain name of at least two labels)
t.json:10: /domains/2/acton: unknown setting (known: name, on_permerror, limits, until, comment, action, provider; did you mean "action"?)
t.json:10: /domains/2/name: "a.test" is listed twice (first at t.json:8)
t.json:11: /domains/3/action: "550" without a text, which Postfix takes for OK (expected 550 and a text)
t.json:11: /domains/3: "name" is missing (expected a domain name)
t.json:12: /domains/4/name: found 7 (expected a string)
t.json:12: /domains/4/on_permerror: found "ignore" (expected one of "stop", "skip", "void")
t.json:12: /domains/4/until: found 2027 (expected a day of the calendar, YYYY-MM-DD)
t.json:12: /domains/4/comment: found an array (expected a string)
t.json:13: /domains/4/limits/growth: found 1 (expected an integer from 2 to 1000000, or null)
t.json:13: /domains/4/limits/answer_bytes: holds for all domains, because answers are shared (expected in the "limits" of the whole file)
t.json:14: /domains/5: found true (expected a domain name, or an object with one)
t.json:16: /domain_files/2: found "" (expected the name of a file, or a pattern of such names)
t.json:16: /domain_files/3: found "x\x0a" (expected a file name without control characters)
t.json:18: /networks/0/network: host bits are set in "192.0.2.1/24", did you mean 192.0.2.0/24? (expected a network such as "192.0.2.0/24")
t.json:20: /networks/1/action: unknown action "greylist" (expected OK, REJECT, DEFER, DEFER_IF_REJECT, DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC, DUNNO, 4NN or 5NN with a text, or a restriction class)
t.json:21: /networks/2: found "192.0.2.0/24" (expected an object)
t.json:23: /restriction_classes/0: found "a b" (expected the name of a restriction class: a letter, then letters, digits, _ and -)
t.json:23: /restriction_classes/1: found "Reject" (expected a name that is no action of access(5))
t.json:23: /restriction_classes/2: found "9lives" (expected the name of a restriction class: a letter, then letters, digits, _ and -)
t.json:24: /on_permerror: found null (expected one of "stop", "skip", "void")
t.json:25: /threads: given twice (first on line 4)
t.json:25: /threads: found 1.5 (expected an integer from 1 to 64)
t.json:27: /limits/widest_ipv4: found 33 (expected an integer from 0 to 32, or null)
t.json:28: /limits/depth: found true (expected an integer from 1 to 100, or null)
t.json:29: /limits/ipv4_adresses: unknown setting (known: widest_ipv4, widest_ipv6, ipv4_addresses, ipv6_slash64s, networks, growth, growth_floor, growth_wait, dns_queries, depth, answer_bytes, total; did you mean "ipv4_addresses"?)
t.json:32: /resolver/servers/1: found "127.0.0.1:0" (expected a port from 1 to 65535)
t.json:32: /resolver/servers/2: "ns.test" is not an IP address (expected a name server as "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT")
t.json:33: /resolver/zone_file: given together with "servers" (expected one of the two)
t.json:34: /resolver/atempts: unknown setting (known: servers, zone_file, timeout, attempts, in_flight; did you mean "attempts"?)
t.json:35: /resolver/timeout: found "500ms" (expected a duration such as "90s", "15m", "1h" or "7d", from "1s" to "1m")
t.json:37: /refresh/interval: found 3600 (expected a duration such as "90s", "15m", "1h" or "7d", from "1s" to "30d")
t.json:38: /refresh/keep_stale: found "366d" (expected a duration such as "90s", "15m", "1h" or "7d", from "0s" to "365d")
t.json:39: /log/level: found "loud" (expected one of "error", "warning", "notice", "info", "debug")
t.json:40: /log/target: found "sylog" (expected one of "stderr", "syslog"; did you mean "syslog"?)
t.json:40: /log/hits: found "yes" (expected true or false)
t.json:42: /allow/networks/1: host bits are set in "192.0.2.1/24", did you mean 192.0.2.0/24? (expected a network such as "192.0.2.0/24")
t.json:43: /allow/includs: unknown setting (known: networks, domains, includes, providers, recipients, seen, reserved; did you mean "includes"?)
t.json:45: /state_file: found 7 (expected a string)
t.json:16: /domain_files/1: warning: no such file: "gone.txt"
b.txt:1: warning: "a.test" is listed twice (first at t.json:8)
b.txt:2: warning: "b.test" is listed twice (first at z.txt:2)
b.txt:3: warning: found "a b" (expected a domain name of letters, digits, hyphens and underscores)
)");
}

TEST_CASE("parse_settings reports an unknown setting where its key is, a wrong "
          "value where the value is",
          "[config][settings_parser]") {
  CHECK_THAT(faults_of("{\"domains\":[],\n\"foo\":\n1}"),
             Catch::StartsWith("t.json:2: /foo: unknown setting "));
  CHECK_THAT(faults_of("{\"domains\":[],\n\"threads\":\n0}"),
             Catch::StartsWith("t.json:3: /threads: found 0 "));
}

TEST_CASE("parse_settings: listen takes any port, a server not port 0",
          "[config][settings_parser]") {
  for (const auto* const good :
       {R"(["127.0.0.1:0"])", R"(["0.0.0.0:1"])", R"(["[::]:65535"])"})
    CHECK(faults_of(text_with("listen", good)) == "none\n");
  for (const auto* const bad :
       {R"([])", R"(["127.0.0.1"])", R"(["127.0.0.1:65536"])",
        R"(["::1:10060"])", R"([":10060"])", R"("127.0.0.1:10060")",
        R"(["[::1]:1","[0::1]:1"])"})
    CHECK(faults_of(text_with("listen", bad)) != "none\n");
  CHECK(faults_of(text_with("resolver/servers", R"(["::1","[::1]:65535"])")) ==
        "none\n");
  CHECK(faults_of(text_with("resolver/servers", "[]")) == "none\n");
  for (const auto* const bad :
       {R"(["127.0.0.1:0"])", R"(["[::1]:0"])", R"(["localhost"])", R"([""])"})
    CHECK(faults_of(text_with("resolver/servers", bad)) != "none\n");
}

TEST_CASE("parse_settings: a zone file goes with no servers",
          "[config][settings_parser]") {
  CHECK(read_settings(text_with("resolver/zone_file", R"("etc/demo.zone")"))
            .resolver.zone_file == "etc/demo.zone");
  CHECK(faults_of(R"({"domains":[],
      "resolver":{"servers":[],"zone_file":"a"}})") == "none\n");
  CHECK(faults_of(R"({"domains":[],
      "resolver":{"servers":["::1"],"zone_file":""}})") == "none\n");
  CHECK(faults_of(text_with("resolver/zone_file", R"("a\u0000b")")) ==
        "t.json:1: /resolver/zone_file: found \"a\\x00b\" (expected a file "
        "name without control characters)\n");
}

TEST_CASE("parse_settings: entries inherit whatever the order of the keys",
          "[config][settings_parser]") {
  const auto read = read_settings(R"({
    "domains": ["a.test", {"name": "b.test", "on_permerror": "stop"}],
    "networks": [{"network": "192.0.2.1"}],
    "on_permerror": "void", "action": "greylist",
    "restriction_classes": ["greylist"]})");
  CHECK(read.domains.at(0).action.text() == "greylist");
  CHECK(read.domains.at(0).on_permerror == on_permerror::list_void);
  CHECK(read.domains.at(1).on_permerror == on_permerror::stop);
  CHECK(read.networks.at(0).action.text() == "greylist");
}

TEST_CASE("parse_settings: a state file is a path, an empty text keeps none",
          "[config][settings_parser]") {
  CHECK(read_settings(R"({"domains":[]})").state_file ==
        "/var/lib/spfblock/state.json");
  CHECK(read_settings(text_with("state_file", R"("")")).state_file.empty());
  CHECK(read_settings(text_with("state_file", R"("a/b.json")")).state_file ==
        "a/b.json");
  CHECK(faults_of(text_with("state_file", R"("a\nb")")) ==
        "t.json:1: /state_file: found \"a\\x0ab\" (expected a file name "
        "without control characters)\n");
}

TEST_CASE("parse_settings reads a domain file once, however many patterns "
          "name it",
          "[config][settings_parser]") {
  const list_file a{"a.txt", "a.test\n"};
  const list_file b{"b.txt", "b.test\n"};
  const fake_files files{{{"a.txt", std::vector<list_file>{a}},
                          {"*.txt", std::vector<list_file>{a, b}},
                          {"*.none", std::vector<list_file>{}}}};
  const auto read =
      read_settings(R"({"domain_files": ["a.txt", "*.txt", "*.none"]})", files);
  REQUIRE(read.domains.size() == 2);
  CHECK(read.domains[0].name == name_of("a.test"));
  CHECK(read.domains[1].name == name_of("b.test"));
}

TEST_CASE("parse_settings: a syntax error ends the parsing and has a line",
          "[config][settings_parser]") {
  CHECK(faults_of("{\n  \"threads\": 0,\n  \"domains\" []\n}") ==
        "t.json:3: syntax error while parsing object separator - unexpected "
        "'['; expected ':'\n");
  CHECK(faults_of("{\"domains\": []}\n/* no end") ==
        "t.json:2: syntax error while parsing value - invalid comment; missing "
        "closing '*/'\n");
  CHECK(faults_of(std::string(1'000'000, '[')) ==
        "t.json:1: nested too deep (expected at most 16 levels)\n");
  CHECK(faults_of("[1]") == "t.json:1: found an array (expected an object)\n");
  CHECK(faults_of("\n\"x\"") == "t.json:2: found \"x\" (expected an object)\n");
}

TEST_CASE("parse_settings: a message is safe to print and of bounded length",
          "[config][settings_parser]") {
  const std::string huge(100'000, 'k');
  for (const auto& text :
       {"{\"" + huge + "\":1}", "{\"domains\":[\"" + huge + "\"]}",
        "{\"domains\":[],\"action\":\"" + huge + "\"}", "{\"a\":" + huge,
        "{\"a\":\"" + huge, std::string{"{\"\\u001b[2J\":1}"},
        std::string{"{\"domains\":[\"\\u001b[2J\",\"\\u0000\"]}"}}) {
    const auto faults = faults_of(text);
    CAPTURE(faults);
    CHECK(faults.size() < 2000);
    CHECK(std::all_of(faults.begin(), faults.end(), [](char c) {
      return c == '\n' || (c >= ' ' && c <= '~');
    }));
  }
}

TEST_CASE("metrics: a thousand domains and no port of their own unsaid",
          "[config][settings_parser]") {
  const auto unsaid = read_settings(R"({"domains":[]})").metrics;
  CHECK(unsaid.domains == 1000);
  CHECK_FALSE(unsaid.listen);
  const auto said =
      read_settings(text_with("metrics", R"({"domains":0,"listen":"[::]:9"})"))
          .metrics;
  CHECK(said.domains == 0);
  CHECK(said.listen == *net::endpoint::parse("[::]:9"));
  CHECK_FALSE(
      read_settings(text_with("metrics", R"({"listen":""})")).metrics.listen);
  CHECK(faults_of(text_with("metrics", R"({"listen":"here"})")) ==
        "t.json:1: /metrics/listen: \"here\" is not an IP address "
        "(expected \"ADDRESS:PORT\" or \"[ADDRESS]:PORT\", or \"\" for "
        "none)\n");
}

TEST_CASE("parse_settings: no odd number is a setting, wherever it stands",
          "[config][settings_parser]") {
  const std::string whole = R"({
    "listen": ["127.0.0.1:1"], "threads": 1, "connections": 1,
    "restriction_classes": ["greylist"], "action": "REJECT",
    "on_permerror": "skip", "admin": "",
    "limits": {"widest_ipv4": 1, "widest_ipv6": 1, "ipv4_addresses": 1,
      "ipv6_slash64s": 1, "networks": 1, "growth": 2, "growth_floor": 1,
      "dns_queries": 1, "depth": 1, "answer_bytes": 512},
    "allow": {"networks": ["192.0.2.0/24"], "domains": ["f.test"],
      "includes": ["i.test"], "reserved": true},
    "domains": [{"name": "a.test", "limits": {"growth": 2}, "comment": "",
      "until": "2026-01-01"}],
    "domain_files": [], "networks": [{"network": "192.0.2.0"}],
    "resolver": {"servers": ["::1"], "timeout": "1s", "attempts": 1,
      "in_flight": 1},
    "refresh": {"interval": "1h", "follow_ttl": true, "minimum": "1m",
      "retry": "1m", "keep_stale": "1d"},
    "metrics": {"domains": 1, "listen": ""},
    "state_file": "", "log": {"level": "info", "target": "stderr",
      "hits": false}})";
  REQUIRE(faults_of(whole) == "none\n");
  for (const odd_text& each : each_replaced(whole, refused_numbers)) {
    CAPTURE(each.key, each.value);
    CHECK(faults_of(each.text) != "none\n");
  }
  for (const odd_text& each : each_replaced(whole, odd_values)) {
    CAPTURE(each.key, each.value);
    CHECK_FALSE(faults_of(each.text).empty());
  }
}

} // namespace settings_parser_test
