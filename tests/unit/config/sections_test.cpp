#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <fmt/format.h>

#include <functional>
#include <string>

namespace sections_test {

using namespace std::chrono_literals;
using namespace spfblock::config;
using namespace spfblock::testing;

TEST_CASE("parse_settings takes each number at the edges of its range, "
          "nothing beyond, and nothing that is no integer",
          "[config][sections]") {
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
      {"limits/ipv4_addresses", 1, 4'294'967'296,
       [](auto& s) { return s.limits.ipv4_addresses.value(); }},
      {"limits/ipv6_slash64s", 1, 9'223'372'036'854'775'808U,
       [](auto& s) { return s.limits.ipv6_slash64s.value(); }},
      {"limits/networks", 1, 10'000'000,
       [](auto& s) { return s.limits.networks.value(); }},
      {"limits/growth", 2, 1'000'000,
       [](auto& s) { return s.limits.growth.value(); }},
      {"limits/growth_floor", 0, 4'294'967'296,
       [](auto& s) { return s.limits.growth_floor; }},
      {"limits/total/ipv4_addresses", 1, 4'294'967'296,
       [](auto& s) { return s.limits.total.ipv4_addresses.value(); }},
      {"limits/total/networks", 1, 100'000'000,
       [](auto& s) { return s.limits.total.networks.value(); }},
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
      CHECK(one.value(read_settings(
                text_with(one.path, std::to_string(number)))) == number);

    const bool is_limit =
        one.path.starts_with("limits") && one.path != "limits/growth_floor";
    const auto expected =
        fmt::format(" (expected an integer from {} to {}{})\n", one.lowest,
                    one.highest, is_limit ? ", or null" : "");
    const auto below = static_cast<long>(one.lowest) - 1;
    for (const auto& wrong :
         {std::to_string(below), std::to_string(one.highest + 1),
          std::to_string(one.highest + (std::uint64_t{1} << 32U)),
          std::string{"18446744073709551615"}, std::string{"1.0"},
          std::string{"true"}}) {
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
          "[config][sections]") {
  const auto limits = read_settings(R"({"domains":[],"limits":{
      "widest_ipv4":null,"widest_ipv6":null,"ipv4_addresses":null,
      "ipv6_slash64s":null,"networks":null,"growth":null,
      "dns_queries":null,"depth":null,"answer_bytes":null,
      "total":{"ipv4_addresses":null,"networks":null}}})")
                          .limits;
  limit_settings none{{}, {}, {}, {}, {}, {}, 4096, 1h, {}, {}, {}, {}};
  none.total = {{}, {}};
  CHECK(limits == none);
  for (const auto* const path : {"listen",
                                 "threads",
                                 "connections",
                                 "action",
                                 "domain_files",
                                 "networks",
                                 "restriction_classes",
                                 "on_permerror",
                                 "limits",
                                 "limits/growth_floor",
                                 "limits/growth_wait",
                                 "limits/total",
                                 "allow",
                                 "allow/networks",
                                 "allow/domains",
                                 "allow/includes",
                                 "allow/reserved",
                                 "state_file",
                                 "admin",
                                 "metrics",
                                 "metrics/domains",
                                 "metrics/listen",
                                 "resolver",
                                 "refresh",
                                 "query_time",
                                 "publish",
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
          "[config][sections]") {
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
      {"limits/growth_wait",
       {"1m", "60s", "30d"},
       {"59s", "0s", "31d"},
       R"(from "1m" to "30d")"},
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
      {"query_time/wait",
       {"0s", "0ms", "1ms", "500ms", "0d"},
       {"501ms", "1s", "1m", "-1ms", "ms", "5 ms", "5",
        "18446744073709551616ms"},
       R"(from "0s" to "500ms")"},
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
          "[config][sections]") {
  const auto refresh = [](const std::string& members) {
    return R"({"domains":[],"refresh":{)" + members + "}}";
  };
  const auto short_one = read_settings(refresh(R"("interval":"60s")")).refresh;
  CHECK(short_one.interval == 60s);
  CHECK(short_one.minimum == 60s);
  CHECK(short_one.retry == 60s);

  const auto long_minimum = read_settings(refresh(R"("minimum":"2h")")).refresh;
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
          "[config][sections]") {
  CHECK_THAT(faults_of(R"({"domains":[],
      "refresh":{"interval":"1","minimum":"2h"}})"),
             Catch::StartsWith("t.json:2: /refresh/interval: found ") &&
                 !Catch::ContainsSubstring("minimum"));
}

TEST_CASE("a link-local name server without its interface is a warning",
          "[config][sections]") {
  const auto with_servers = [](const std::string& servers) {
    return warnings_of(
        text_with("resolver", R"({"servers":[)" + servers + "]}"));
  };
  CHECK(
      with_servers(R"("fe80::1%eth0","[fe80::1%2]:53","2001:db8::1")").empty());
  CHECK(with_servers(R"("127.0.0.1","febf::1")") ==
        "t.json:1: /resolver/servers/1: warning: [febf::1]:53 is link-local "
        "and cannot be asked without its interface, as in \"fe80::1%eth0\"\n");
}

TEST_CASE("by default the totals have room for the widest network that is let "
          "through, and for more beside it",
          "[config][sections]") {
  const limit_settings by_default;
  const auto widest_ipv4 = std::uint64_t{1} << (32U - *by_default.widest_ipv4);
  const auto widest_ipv6 = std::uint64_t{1} << (64U - *by_default.widest_ipv6);
  CHECK(*by_default.ipv4_addresses >= 2 * widest_ipv4);
  CHECK(*by_default.ipv6_slash64s >= 2 * widest_ipv6);
  CHECK(*by_default.total.ipv4_addresses >= 2 * *by_default.ipv4_addresses);
  CHECK(*by_default.total.networks >= 2 * *by_default.networks);
}

} // namespace sections_test
