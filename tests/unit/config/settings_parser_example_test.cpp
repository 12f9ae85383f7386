// A complete example: read in full, and damaged at random.
#include "core/config/settings_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>

namespace settings_parser_example_test {

using namespace std::chrono_literals;
using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

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
      "comment": "watch only", "on_permerror": "void",
      "limits": { "widest_ipv4": null, "growth": 9 }, "until": "2027-01-01" },
    { "name": "grey.example", "action": "greylist" }
  ],
  "domain_files": ["/etc/spfblock/domains.d/*.txt"],
  "networks": [
    { "network": "192.0.2.0/24", "action": "HOLD", "comment": "by hand" },
    { "network": "2001:db8::/32" }
  ],
  "allow": {
    "networks": ["203.0.113.0/24", { "network": "2001:db8:1::1",
                 "until": "2030-02-28", "comment": "ticket 7" }],
    "domains": [
      "good.example",
      { "name": "ours.example", "on_permerror": "stop", "comment": "ourselves",
        "limits": { "growth": null }, "until": "2030-02-28" }
    ],
    "includes": ["_spf.google.com", "_spf.a.example"],
    "providers": false,
    "reserved": false
  },
  "restriction_classes": ["greylist"],
  "on_permerror": "skip",
  "limits": {
    "widest_ipv4": 20, "widest_ipv6": 40,
    "ipv4_addresses": 65536, "ipv6_slash64s": null, "networks": 500,
    "growth": 2, "growth_floor": 256,
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
  "query_time": { "unknown": "defer", "wait": "250ms" },
  "state_file": "state.json",
  "log": { "level": "debug", "target": "syslog", "hits": true }
}
)";

const fake_files example_files{
    {{"/etc/spfblock/domains.d/*.txt",
      std::vector<list_file>{
          {"a.txt", "\xef\xbb\xbf# a\r\n\r\n  one.example  # why\r\nTWO."
                    "example.\r\n"},
          {"b.txt", ""},
          {"c.txt", "three.example"}}}}};

limit_settings example_limits() {
  limit_settings limits;
  limits.widest_ipv4 = 20;
  limits.widest_ipv6 = 40;
  limits.ipv4_addresses = 65536;
  limits.ipv6_slash64s = std::nullopt;
  limits.networks = 500;
  limits.growth = 2;
  limits.growth_floor = 256;
  limits.dns_queries = 30;
  limits.depth = std::nullopt;
  limits.answer_bytes = 4096;
  return limits;
}

spf_domain example_domain(std::string_view name) {
  spf_domain domain;
  domain.name = name_of(name);
  domain.on_permerror = on_permerror::skip;
  domain.limits = example_limits();
  return domain;
}

allow_settings example_allow() {
  auto ours = example_domain("ours.example");
  ours.on_permerror = on_permerror::stop;
  ours.comment = std::string{"ourselves"};
  ours.limits.edit().growth = std::nullopt;
  ours.until = std::chrono::year{2030} / 2 / 28;
  auto good = example_domain("good.example");
  good.on_permerror = on_permerror::skip;
  for (spf_domain* const each : {&ours, &good})
    each->limits = limits_of_allowed(each->limits);
  allow_settings allow;
  allow.networks = {{network_of("203.0.113.0/24")},
                    {network_of("2001:db8:1::1/128"), ours.until, "ticket 7"}};
  allow.domains = {good, ours};
  allow.includes = {name_of("_spf.a.example"), name_of("_spf.google.com")};
  allow.reserved = false;
  return allow;
}

std::vector<domain_entry> example_domains() {
  const auto action = action_of("REJECT listed by {domain}");
  auto spam = example_domain("spam.example");
  spam.on_permerror = on_permerror::list_void;
  spam.comment = std::string{"watch only"};
  spam.limits.edit().widest_ipv4 = std::nullopt;
  spam.limits.edit().growth = 9;
  spam.until = std::chrono::year{2027} / 1 / 1;
  std::vector<domain_entry> all{
      {example_domain("toramaki.net"), action},
      {spam, action_of("WARN spfblock: {domain}")},
      {example_domain("grey.example"), action_of("greylist")}};
  for (const char* const name : {"one.example", "two.example", "three.example"})
    all.emplace_back(example_domain(name), action);
  return all;
}

settings example_settings() {
  settings s;
  s.listen.clear();
  for (const auto* const where : {"127.0.0.1:10060", "[::1]:10060"})
    s.listen.push_back(
        {protocols::door::tcp_table, *net::endpoint::parse(where)});
  s.threads = 2;
  s.connections = 100;
  s.action = action_of("REJECT listed by {domain}");
  s.domains = example_domains();
  s.networks = {{network_of("192.0.2.0/24"), action_of("HOLD"), "by hand"},
                {network_of("2001:db8::/32"),
                 action_of("REJECT listed by {domain}"), ""}};
  s.allow = example_allow();
  s.limits = example_limits();
  s.on_permerror = on_permerror::skip;
  s.resolver = {{*net::endpoint::parse("127.0.0.1:53"),
                 *net::endpoint::parse("192.0.2.53:5353"),
                 *net::endpoint::parse("[2001:db8::53]:54"),
                 *net::endpoint::parse("[::1]:53")},
                "",
                5s,
                2,
                10};
  s.refresh = {2h, false, 10min, 3min, 14 * 24h};
  s.query_time = {unknown_mail::defer, 250ms};
  s.state_file = "state.json";
  s.log = {level::debug, log_target::syslog, true};
  return s;
}

} // namespace

TEST_CASE("parse_settings reads every setting of a complete example",
          "[config][settings_parser]") {
  const auto read = read_settings(example, example_files);
  const auto expected = example_settings();

  CHECK(read.domains == expected.domains);
  CHECK(read.networks == expected.networks);
  CHECK(read.allow == expected.allow);
  CHECK(read.limits == expected.limits);
  CHECK(read.resolver == expected.resolver);
  CHECK(read.refresh == expected.refresh);
  CHECK(read.log == expected.log);
  CHECK(read == expected);
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
    const auto* const problems =
        std::get_if<std::vector<json::problem>>(&result);
    if (problems == nullptr)
      continue;
    REQUIRE_FALSE(problems->empty());
    const auto last = 1 + std::count(text.begin(), text.end(), '\n');
    std::size_t before = 1;
    for (const auto& one : *problems) {
      if (one.file != "t.json" || one.is_warning)
        continue;
      REQUIRE(one.line >= before);
      REQUIRE(one.line <= static_cast<std::size_t>(last));
      REQUIRE_FALSE(one.message.empty());
      before = one.line;
    }
  }
}

} // namespace settings_parser_example_test
