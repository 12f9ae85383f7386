#include "core/config/settings_parser.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>

using namespace std::chrono_literals;
using namespace spfblock;
using namespace spfblock::config;

namespace {

using parsed = std::variant<settings, std::vector<problem>>;
using found_files = std::variant<std::vector<domain_file>, std::string>;

/// A file system of patterns.
struct fake_files {
  std::map<std::string, found_files> patterns;

  found_files operator()(const std::string& pattern) const {
    const auto found = patterns.find(pattern);
    return found == patterns.end() ? found_files{"no such file"}
                                   : found->second;
  }
};

parsed parse(std::string_view text, const fake_files& files = {}) {
  return parse_settings(text, "t.json", files);
}

std::string lines_of(const std::vector<problem>& problems) {
  std::string lines;
  for (const auto& one : problems)
    lines += one.to_string() + "\n";
  return lines;
}

std::string faults_of(std::string_view text, const fake_files& files = {}) {
  const auto result = parse(text, files);
  const auto* const problems = std::get_if<std::vector<problem>>(&result);
  return problems == nullptr ? "none\n" : lines_of(*problems);
}

settings settings_of(std::string_view text, const fake_files& files = {}) {
  auto result = parse(text, files);
  if (const auto* const bad = std::get_if<std::vector<problem>>(&result))
    FAIL(lines_of(*bad));
  return std::get<settings>(std::move(result));
}

/// A text with one setting, given as "name" or "section/name".
std::string text_with(const std::string& path, const std::string& value) {
  const auto slash = path.find('/');
  if (slash == std::string::npos)
    return fmt::format(R"({{"domains":[],"{}":{}}})", path, value);
  return fmt::format(R"({{"domains":[],"{}":{{"{}":{}}}}})",
                     path.substr(0, slash), path.substr(slash + 1), value);
}

dns::name name_of(std::string_view text) {
  return *dns::name::from_text(text);
}

table::action action_of(std::string_view text) {
  return *table::action::parse(text, {"greylist"});
}

const std::string example = R"({
  "listen": ["127.0.0.1:10060", "[::1]:10060"],  // tcp_table
  "threads": 2,
  "connections": 100,
  "action": "REJECT listed by {domain}",
  "domains": [
    "Toramaki.net",
    { "name": "spam.example", "action": "WARN spfblock: {domain}",
      "comment": "watch only", "on_permerror": "void" },
    { "name": "grey.example", "action": "greylist" }
  ],
  "domain_files": ["/etc/spfblock/domains.d/*.txt"],
  "networks": [
    { "network": "192.0.2.0/24", "action": "HOLD", "comment": "by hand" },
    { "network": "2001:db8::/32" }
  ],
  "restriction_classes": ["greylist"],
  "on_permerror": "skip",
  "limits": {
    "widest_ipv4": 20, "widest_ipv6": 40,
    "dns_queries": 30, "depth": null, "answer_bytes": 4096
  },  /* null switches
         one off */
  "resolver": {
    "servers": ["127.0.0.1", "192.0.2.53:5353", "[2001:db8::53]:54", "::1"],
    "timeout": "5s", "attempts": 2, "in_flight": 10
  },
  "refresh": {
    "interval": "2h", "follow_ttl": false, "minimum": "10m",
    "retry": "3m", "keep_stale": "14d"
  },
  "log": { "level": "debug", "target": "syslog", "hits": true }
}
)";

const fake_files example_files{
    {{"/etc/spfblock/domains.d/*.txt",
      std::vector<domain_file>{
          {"a.txt", "\xef\xbb\xbf# a\r\n\r\n  one.example  # why\r\nTWO."
                    "example.\r\n"},
          {"b.txt", ""},
          {"c.txt", "three.example"}}}}};

settings example_settings() {
  settings s;
  s.listen = {*net::endpoint::parse("127.0.0.1:10060"),
              *net::endpoint::parse("[::1]:10060")};
  s.threads = 2;
  s.connections = 100;
  const auto action = action_of("REJECT listed by {domain}");
  s.domains = {
      {name_of("toramaki.net"), action, on_permerror::skip, ""},
      {name_of("spam.example"), action_of("WARN spfblock: {domain}"),
       on_permerror::list_void, "watch only"},
      {name_of("grey.example"), action_of("greylist"), on_permerror::skip, ""},
      {name_of("one.example"), action, on_permerror::skip, ""},
      {name_of("two.example"), action, on_permerror::skip, ""},
      {name_of("three.example"), action, on_permerror::skip, ""},
  };
  s.networks = {
      {*net::ip_prefix::parse("192.0.2.0/24"), action_of("HOLD"), "by hand"},
      {*net::ip_prefix::parse("2001:db8::/32"), action, ""}};
  s.limits = {20, 40, 30, std::nullopt, 4096};
  s.resolver = {{*net::endpoint::parse("127.0.0.1:53"),
                 *net::endpoint::parse("192.0.2.53:5353"),
                 *net::endpoint::parse("[2001:db8::53]:54"),
                 *net::endpoint::parse("[::1]:53")},
                "",
                5s,
                2,
                10};
  s.refresh = {2h, false, 10min, 3min, 14 * 24h};
  s.log = {level::debug, log_target::syslog, true};
  return s;
}

} // namespace

TEST_CASE("admin: an endpoint, an empty text for none, 127.0.0.1:10061 unsaid",
          "[config][settings_parser]") {
  CHECK(settings_of(R"({"domains":[]})").admin ==
        *net::endpoint::parse("127.0.0.1:10061"));
  CHECK(settings_of(R"({"domains":[],"admin":"[::1]:99"})").admin ==
        *net::endpoint::parse("[::1]:99"));
  CHECK_FALSE(settings_of(R"({"domains":[],"admin":""})").admin);
}

TEST_CASE("parse_settings reads every setting of a complete example",
          "[config][settings_parser]") {
  const auto read = settings_of(example, example_files);
  const auto expected = example_settings();

  CHECK(read.domains == expected.domains);
  CHECK(read.networks == expected.networks);
  CHECK(read.limits == expected.limits);
  CHECK(read.resolver == expected.resolver);
  CHECK(read.refresh == expected.refresh);
  CHECK(read.log == expected.log);
  CHECK(read == expected);
}

TEST_CASE("parse_settings: a key of `domains`, `domain_files` or `networks` "
          "is enough, all else has a default",
          "[config][settings_parser]") {
  settings expected;
  expected.listen = {*net::endpoint::parse("127.0.0.1:10060")};
  CHECK(settings_of(R"({"domains":[]})") == expected);
  CHECK(settings_of(R"({"domain_files":[]})") == expected);
  CHECK(settings_of(R"({"networks":[]})") == expected);
  CHECK(settings_of(R"({"domains":[],"log":{},"limits":{},"refresh":{},
                        "resolver":{}})") == expected);
  CHECK(faults_of("{\n}") ==
        R"(t.json:1: nothing to list (expected "domains", "domain_files" or )"
        "\"networks\")\n");

  const auto read = settings_of(R"({"domains":["a.test"]})");
  CHECK(read.domains.at(0).action.text() ==
        "REJECT listed in the SPF record of {domain}");
  CHECK(read.domains.at(0).on_permerror == on_permerror::stop);
}

TEST_CASE("parse_settings reports every fault at once, in order of lines",
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
    { "name": 7, "comment": [], "on_permerror": "ignore" },
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
    "ipv4_addresses": 5
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
  "state_file": ""
})";
  const fake_files files{
      {{"bad.txt",
        std::vector<domain_file>{{"z.txt", "\nb.test\nm\xc3\xbcll.test # no\n"},
                                 {"b.txt", "a.test\nb.test\na b\n"}}},
       {"gone.txt", "no such file: \"gone.txt\""}}};

  CHECK(
      faults_of(text, files) ==
      R"(t.json:2: /listen/1: "localhost" is not an IP address (expected an address and a port, as in "127.0.0.1:10060" or "[::1]:10060")
t.json:2: /listen/2: port 70000 is over 65535 (expected an address and a port, as in "127.0.0.1:10060" or "[::1]:10060")
t.json:3: /listen/3: "127.0.0.1:10060" is given twice (first at t.json:2)
t.json:3: /listen/4: found 5 (expected a string)
t.json:5: /conections: unknown setting (known: listen, threads, connections, restriction_classes, action, on_permerror, domains, domain_files, networks, limits, resolver, refresh, admin, log; did you mean "connections"?)
t.json:6: /action: unknown action "REJEKT" (expected OK, REJECT, DEFER, DEFER_IF_REJECT, DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC, DUNNO, 4NN or 5NN with a text, or a restriction class)
t.json:9: /domains/1: found "localhost" (expected a domain name of at least two labels)
t.json:10: /domains/2/acton: unknown setting (known: name, action, comment, on_permerror; did you mean "action"?)
t.json:10: /domains/2/name: "a.test" is listed twice (first at t.json:8)
t.json:11: /domains/3/action: "550" without a text, which Postfix takes for OK (expected 550 and a text)
t.json:11: /domains/3: "name" is missing (expected a domain name)
t.json:12: /domains/4/name: found 7 (expected a string)
t.json:12: /domains/4/comment: found an array (expected a string)
t.json:12: /domains/4/on_permerror: found "ignore" (expected one of "stop", "skip", "void")
t.json:13: /domains/5: found true (expected a domain name, or an object with one)
t.json:15: /domain_files/1: no such file: "gone.txt"
t.json:15: /domain_files/2: found "" (expected the name of a file, or a pattern of such names)
t.json:15: /domain_files/3: found "x\x0a" (expected a file name without control characters)
t.json:17: /networks/0/network: host bits are set in "192.0.2.1/24", did you mean 192.0.2.0/24? (expected a network such as "192.0.2.0/24")
t.json:19: /networks/1/action: unknown action "greylist" (expected OK, REJECT, DEFER, DEFER_IF_REJECT, DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC, DUNNO, 4NN or 5NN with a text, or a restriction class)
t.json:20: /networks/2: found "192.0.2.0/24" (expected an object)
t.json:22: /restriction_classes/0: found "a b" (expected the name of a restriction class: a letter, then letters, digits, _ and -)
t.json:22: /restriction_classes/1: found "Reject" (expected a name that is no action of access(5))
t.json:22: /restriction_classes/2: found "9lives" (expected the name of a restriction class: a letter, then letters, digits, _ and -)
t.json:23: /on_permerror: found null (expected one of "stop", "skip", "void")
t.json:24: /threads: given twice (first on line 4)
t.json:24: /threads: found 1.5 (expected an integer from 1 to 64)
t.json:26: /limits/widest_ipv4: found 33 (expected an integer from 0 to 32, or null)
t.json:27: /limits/depth: found true (expected an integer from 1 to 100, or null)
t.json:28: /limits/ipv4_addresses: unknown setting (known: widest_ipv4, widest_ipv6, dns_queries, depth, answer_bytes)
t.json:31: /resolver/servers/1: found "127.0.0.1:0" (expected a port from 1 to 65535)
t.json:31: /resolver/servers/2: "ns.test" is not an IP address (expected a name server as "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT")
t.json:32: /resolver/zone_file: given together with "servers" (expected one of the two)
t.json:33: /resolver/atempts: unknown setting (known: servers, zone_file, timeout, attempts, in_flight; did you mean "attempts"?)
t.json:34: /resolver/timeout: found "500ms" (expected a duration such as "90s", "15m", "1h" or "7d", from "1s" to "1m")
t.json:36: /refresh/interval: found 3600 (expected a duration such as "90s", "15m", "1h" or "7d", from "1s" to "30d")
t.json:37: /refresh/keep_stale: found "366d" (expected a duration such as "90s", "15m", "1h" or "7d", from "0s" to "365d")
t.json:38: /log/level: found "loud" (expected one of "error", "warning", "notice", "info", "debug")
t.json:39: /log/target: found "sylog" (expected one of "stderr", "syslog"; did you mean "syslog"?)
t.json:39: /log/hits: found "yes" (expected true or false)
t.json:40: /state_file: unknown setting (known: listen, threads, connections, restriction_classes, action, on_permerror, domains, domain_files, networks, limits, resolver, refresh, admin, log)
z.txt:3: found "m\xc3\xbcll.test" (expected the ASCII form of the name, its A-label: xn--...)
b.txt:1: "a.test" is listed twice (first at t.json:8)
b.txt:2: "b.test" is listed twice (first at z.txt:2)
b.txt:3: found "a b" (expected a domain name of letters, digits, hyphens and underscores)
)");
}

TEST_CASE("parse_settings takes each number at the edges of its range, "
          "nothing beyond, and nothing that is no integer",
          "[config][settings_parser]") {
  struct row {
    std::string path;
    std::uint64_t lowest;
    std::uint64_t highest;
    std::function<std::uint64_t(const settings&)> value;
  };
  const std::vector<row> rows{
      {"threads", 1, 64, [](auto& s) { return s.threads; }},
      {"connections", 1, 100'000, [](auto& s) { return s.connections; }},
      {"limits/widest_ipv4", 0, 32,
       [](auto& s) { return s.limits.widest_ipv4.value(); }},
      {"limits/widest_ipv6", 0, 128,
       [](auto& s) { return s.limits.widest_ipv6.value(); }},
      {"limits/dns_queries", 1, 100'000,
       [](auto& s) { return s.limits.dns_queries.value(); }},
      {"limits/depth", 1, 100, [](auto& s) { return s.limits.depth.value(); }},
      {"limits/answer_bytes", 512, 65'535,
       [](auto& s) { return s.limits.answer_bytes.value(); }},
      {"resolver/attempts", 1, 10, [](auto& s) { return s.resolver.attempts; }},
      {"resolver/in_flight", 1, 10'000,
       [](auto& s) { return s.resolver.in_flight; }},
  };
  for (const auto& one : rows) {
    CAPTURE(one.path);
    for (const auto number : {one.lowest, one.highest})
      CHECK(one.value(settings_of(
                text_with(one.path, std::to_string(number)))) == number);

    const bool is_limit = one.path.starts_with("limits");
    const auto expected =
        fmt::format(" (expected an integer from {} to {}{})\n", one.lowest,
                    one.highest, is_limit ? ", or null" : "");
    const auto below = static_cast<long>(one.lowest) - 1;
    for (const auto& wrong :
         {std::to_string(below), std::to_string(one.highest + 1),
          std::string{"4294967297"}, std::string{"18446744073709551615"},
          std::string{"1.0"}, std::string{"true"}}) {
      CHECK(faults_of(text_with(one.path, wrong)) ==
            "t.json:1: /" + one.path + ": found " + wrong + expected);
    }
    for (const auto* const wrong :
         {"18446744073709551616", "1e1", "-1", "\"1\"", "[1]", "{}"})
      CHECK_THAT(faults_of(text_with(one.path, wrong)),
                 Catch::EndsWith(expected));
  }
}

TEST_CASE("parse_settings: null switches a limit off, and nothing else",
          "[config][settings_parser]") {
  const auto limits = settings_of(R"({"domains":[],"limits":{
      "widest_ipv4":null,"widest_ipv6":null,"dns_queries":null,"depth":null,
      "answer_bytes":null}})")
                          .limits;
  CHECK(limits == limit_settings{std::nullopt, std::nullopt, std::nullopt,
                                 std::nullopt, std::nullopt});
  for (const auto* const path : {"listen",
                                 "threads",
                                 "connections",
                                 "action",
                                 "domain_files",
                                 "networks",
                                 "restriction_classes",
                                 "on_permerror",
                                 "limits",
                                 "resolver",
                                 "refresh",
                                 "log",
                                 "resolver/servers",
                                 "resolver/zone_file",
                                 "resolver/timeout",
                                 "resolver/attempts",
                                 "refresh/interval",
                                 "refresh/follow_ttl",
                                 "log/level",
                                 "log/target",
                                 "log/hits"}) {
    CAPTURE(path);
    CHECK_THAT(faults_of(text_with(path, "null")),
               Catch::StartsWith(
                   fmt::format("t.json:1: /{}: found null (expected ", path)));
  }
}

TEST_CASE("parse_settings takes each duration at the edges of its range",
          "[config][settings_parser]") {
  struct row {
    std::string path;
    std::vector<std::string> good;
    std::vector<std::string> bad;
    std::string range;
  };
  const auto [path, good, bad, range] = GENERATE(values<row>({
      {"resolver/timeout",
       {"1s", "60s", "1m"},
       {"0s", "61s", "500ms", "2m"},
       R"(from "1s" to "1m")"},
      {"refresh/interval",
       {"1s", "30d", "720h"},
       {"0s", "0d", "31d", "2592001s"},
       R"(from "1s" to "30d")"},
      {"refresh/minimum", {"1s", "30d"}, {"0s", "31d"}, R"(to "30d")"},
      {"refresh/retry", {"1s", "30d"}, {"0s", "31d"}, R"(to "30d")"},
      {"refresh/keep_stale",
       {"0s", "365d"},
       {"366d", "8761h", "-1s"},
       R"(from "0s" to "365d")"},
  }));
  CAPTURE(path);
  for (const auto& text : good)
    CHECK(faults_of(text_with(path, '"' + text + '"')) == "none\n");
  for (const auto& text : bad)
    CHECK_THAT(faults_of(text_with(path, '"' + text + '"')),
               Catch::StartsWith("t.json:1: /" + path + ": found \"" + text +
                                 "\" (expected a duration such as ") &&
                   Catch::EndsWith(range + ")\n"));
}

TEST_CASE("parse_settings keeps minimum and retry within the interval",
          "[config][settings_parser]") {
  const auto refresh = [](const std::string& members) {
    return R"({"domains":[],"refresh":{)" + members + "}}";
  };
  const auto short_one = settings_of(refresh(R"("interval":"60s")")).refresh;
  CHECK(short_one.interval == 60s);
  CHECK(short_one.minimum == 60s);
  CHECK(short_one.retry == 60s);

  const auto long_minimum = settings_of(refresh(R"("minimum":"2h")")).refresh;
  CHECK(long_minimum.minimum == 2h);
  CHECK(long_minimum.interval == 2h);
  CHECK(long_minimum.retry == 120s);

  CHECK(faults_of(refresh(R"("interval":"1h","minimum":"1h","retry":"1h")")) ==
        "none\n");
  CHECK(
      faults_of(refresh(
          "\n\"interval\":\"1h\",\n\"minimum\":\"61m\",\n\"retry\":\"2h\"")) ==
      "t.json:3: /refresh/minimum: found \"61m\" (expected at most the "
      "\"interval\", 1h)\n"
      "t.json:4: /refresh/retry: found \"2h\" (expected at most the "
      "\"interval\", 1h)\n");
}

TEST_CASE("parse_settings compares no duration with one that is at fault",
          "[config][settings_parser]") {
  CHECK_THAT(faults_of(R"({"domains":[],
      "refresh":{"interval":"1","minimum":"2h"}})"),
             Catch::StartsWith("t.json:2: /refresh/interval: found ") &&
                 !Catch::Contains("minimum"));
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
  CHECK(settings_of(text_with("resolver/zone_file", R"("etc/demo.zone")"))
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
  const auto read = settings_of(R"({
    "domains": ["a.test", {"name": "b.test", "on_permerror": "stop"}],
    "networks": [{"network": "192.0.2.1"}],
    "on_permerror": "void", "action": "greylist",
    "restriction_classes": ["greylist"]})");
  CHECK(read.domains.at(0).action.text() == "greylist");
  CHECK(read.domains.at(0).on_permerror == on_permerror::list_void);
  CHECK(read.domains.at(1).on_permerror == on_permerror::stop);
  CHECK(read.networks.at(0).action.text() == "greylist");
}

TEST_CASE("parse_settings reads a domain file once, however many patterns "
          "name it",
          "[config][settings_parser]") {
  const domain_file a{"a.txt", "a.test\n"};
  const domain_file b{"b.txt", "b.test\n"};
  const fake_files files{{{"a.txt", std::vector<domain_file>{a}},
                          {"*.txt", std::vector<domain_file>{a, b}},
                          {"*.none", std::vector<domain_file>{}}}};
  const auto read =
      settings_of(R"({"domain_files": ["a.txt", "*.txt", "*.none"]})", files);
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

TEST_CASE("parse_settings gives settings or a problem for any text",
          "[config][settings_parser][random]") {
  const auto seed = GENERATE(range(0U, 4U));
  std::mt19937 random{seed};
  const std::vector<std::string> pieces{"\"",      "{",
                                        "}",       "[",
                                        "]",       ",",
                                        ":",       "/*",
                                        "//",      "\n",
                                        "null",    "-1",
                                        "1e999",   "\\",
                                        "\xff",    "0.5",
                                        "true",    "\"a\"",
                                        "[{}]",    "\t",
                                        "\\u0000", "99999999999999999999"};
  for (int round = 0; round < 250; ++round) {
    std::string text = example;
    for (auto left = 1 + random() % 4; left > 0; --left) {
      const auto at = random() % (text.size() + 1);
      switch (random() % 4) {
      case 0: text.erase(at, random() % 40); break;
      case 1: text.insert(at, pieces[random() % pieces.size()]); break;
      case 2: text.insert(at, text.substr(random() % text.size(), 30)); break;
      default:
        if (at < text.size())
          text[at] = static_cast<char>(random() % 256);
      }
      if (text.empty())
        text = "{";
    }
    CAPTURE(seed, round, text);
    const auto result = parse(text, example_files);
    const auto* const problems = std::get_if<std::vector<problem>>(&result);
    if (problems == nullptr)
      continue;
    REQUIRE_FALSE(problems->empty());
    const auto last = 1 + std::count(text.begin(), text.end(), '\n');
    std::size_t before = 1;
    for (const auto& one : *problems) {
      if (one.file != "t.json")
        continue;
      REQUIRE(one.line >= before);
      REQUIRE(one.line <= static_cast<std::size_t>(last));
      REQUIRE_FALSE(one.message.empty());
      before = one.line;
    }
  }
}
