#include "core/config/domain_fields.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <fmt/format.h>

#include <random>
#include <string>

namespace domain_fields_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

/// A text of these limits whose one domain, a.test, has these members.  It is
/// listed, or allowed.
std::string text_of(const std::string& list, const std::string& members,
                    const std::string& limits = "{}") {
  const auto domain = fmt::format(R"([{{"name":"a.test"{}}}])", members);
  const bool listed = list == "domains";
  return fmt::format(R"({{"domains":{},"allow":{{"domains":{}}},"limits":{}}})",
                     listed ? domain : "[]", listed ? "[]" : domain, limits);
}

spf_domain domain_of(const std::string& list, const settings& from) {
  return list == "domains" ? static_cast<spf_domain>(from.domains.at(0))
                           : from.allow.domains.at(0);
}

/// One member of limits: a value, or none.
struct drawn_limits {
  std::string json;
  limit_settings expected;
};

/// Draws some members and puts them over `base`, those not drawn stay.
drawn_limits drawn_over(const limit_settings& base, std::mt19937& random) {
  drawn_limits drawn{"", base};
  const auto put = [&](const char* name, auto& member, auto value,
                       bool nullable = true) {
    const auto kind = random() % 3;
    if (kind == 0 || (kind == 1 && !nullable))
      return;
    const bool none = kind == 1;
    drawn.json += fmt::format(R"({}"{}":{})", drawn.json.empty() ? "" : ",",
                              name, none ? "null" : std::to_string(value));
    member = value;
    if constexpr (requires { member.reset(); }) {
      if (none)
        member.reset();
    }
  };
  auto& limits = drawn.expected;
  put("widest_ipv4", limits.widest_ipv4, random() % 33);
  put("widest_ipv6", limits.widest_ipv6, random() % 129);
  put("ipv4_addresses", limits.ipv4_addresses, 1 + random() % 1000);
  put("ipv6_slash64s", limits.ipv6_slash64s, 1 + random() % 1000);
  put("networks", limits.networks, 1 + random() % 1000);
  put("growth", limits.growth, 2 + random() % 1000);
  put("growth_floor", limits.growth_floor, random() % 1000, false);
  put("dns_queries", limits.dns_queries, 1 + random() % 1000);
  put("depth", limits.depth, 1 + random() % 100);
  drawn.json = "{" + drawn.json + "}";
  return drawn;
}

} // namespace

TEST_CASE("a domain's object that names the domain alone is like the name",
          "[config][domain_fields]") {
  const auto list = GENERATE(as<std::string>{}, "domains", "allow");
  const auto domain = domain_of(list, read_settings(text_of(list, "")));
  spf_domain expected;
  expected.name = name_of("a.test");
  if (list == "allow") {
    expected.on_permerror = on_permerror::skip;
    expected.limits = limits_of_allowed({});
  }
  CHECK(domain == expected);
}

TEST_CASE("a domain's limits replace single members of the limits of all",
          "[config][domain_fields]") {
  const auto list = GENERATE(as<std::string>{}, "domains", "allow");
  const auto read = read_settings(
      text_of(list, R"(,"limits":{"depth":3,"networks":null})",
              R"({"depth":7,"networks":5,"widest_ipv4":null,"answer_bytes":600,
                  "growth_floor":9})"));
  limit_settings expected;
  expected.depth = 3;
  expected.networks = std::nullopt;
  expected.widest_ipv4 = std::nullopt;
  expected.answer_bytes = 600;
  expected.growth_floor = 9;
  CHECK(domain_of(list, read).limits ==
        (list == "allow" ? limits_of_allowed(expected) : expected));
  expected.depth = 7;
  expected.networks = 5;
  CHECK(read.limits == expected);
}

TEST_CASE("any limits of a domain over any limits of all: what the domain "
          "gives, then what all give, then the defaults",
          "[config][domain_fields][random]") {
  const auto list = GENERATE(as<std::string>{}, "domains", "allow");
  const auto seed = GENERATE(range(0U, 4U));
  std::mt19937 random{seed};
  for (int round = 0; round < 50; ++round) {
    const auto all = drawn_over({}, random);
    const auto own = drawn_over(all.expected, random);
    CAPTURE(seed, round, all.json, own.json);
    const auto read =
        read_settings(text_of(list, ",\"limits\":" + own.json, all.json));
    REQUIRE(read.limits == all.expected);
    REQUIRE(domain_of(list, read).limits ==
            (list == "allow" ? limits_of_allowed(own.expected) : own.expected));
  }
}

TEST_CASE("a domain's limits have the ranges of the limits of all",
          "[config][domain_fields]") {
  const auto faults = [](const std::string& limits) {
    return faults_of(text_of("domains", ",\n\"limits\":" + limits));
  };
  CHECK(faults(R"({"ipv4_addresses":0})") ==
        "t.json:2: /domains/0/limits/ipv4_addresses: found 0 (expected an "
        "integer from 1 to 4294967296, or null)\n");
  CHECK(faults(R"({"growth_floor":null})") ==
        "t.json:2: /domains/0/limits/growth_floor: found null (expected an "
        "integer from 0 to 4294967296)\n");
  CHECK(faults("null") ==
        "t.json:2: /domains/0/limits: found null (expected an object)\n");
  CHECK_THAT(faults(R"({"depht":1})"),
             Catch::StartsWith("t.json:2: /domains/0/limits/depht: unknown "
                               "setting (known: widest_ipv4, ") &&
                 Catch::EndsWith("did you mean \"depth\"?)\n"));
}

TEST_CASE("a domain cannot limit the size of answers: they are shared",
          "[config][domain_fields]") {
  const auto list = GENERATE(as<std::string>{}, "domains", "allow");
  const auto value = GENERATE(as<std::string>{}, "512", "null", "\"x\"");
  CHECK(faults_of(text_of(list, ",\n\"limits\":{\"answer_bytes\":\n" + value +
                                    "}")) ==
        fmt::format("t.json:3: /{}/0/limits/answer_bytes: holds for all "
                    "domains, because answers are shared (expected in the "
                    "\"limits\" of the whole file)\n",
                    list == "domains" ? "domains" : "allow/domains"));
}

TEST_CASE("until is a day of the calendar, past ones too",
          "[config][domain_fields]") {
  const auto list = GENERATE(as<std::string>{}, "domains", "allow");
  const auto until = [&](const std::string& value) {
    return text_of(list, ",\n\"until\":" + value);
  };
  CHECK(domain_of(list, read_settings(until("\"2027-03-01\""))).until ==
        std::chrono::sys_days{std::chrono::year{2027} / 3 / 1});
  CHECK(domain_of(list, read_settings(until("\"1999-12-31\""))).until ==
        std::chrono::sys_days{std::chrono::year{1999} / 12 / 31});
  for (const auto* const bad : {"\"2027-02-30\"", "\"2027-3-1\"", "\"\"",
                                "\"7d\"", "20270301", "null", "true"}) {
    CAPTURE(bad);
    CHECK(faults_of(until(bad)) ==
          fmt::format("t.json:2: /{}/0/until: found {} (expected a day of the "
                      "calendar, YYYY-MM-DD)\n",
                      list == "domains" ? "domains" : "allow/domains", bad));
  }
}

TEST_CASE("the lines of domain files are listed until further notice, by the "
          "limits of all",
          "[config][domain_fields]") {
  const fake_files files{
      {{"x", std::vector<list_file>{{"x", "b.test\nc.test"}}}}};
  const auto read = read_settings(R"({
      "domains": [{"name":"a.test","limits":{"growth":9},"until":"2027-01-01",
                   "comment":"one"}],
      "domain_files": ["x"], "limits": {"growth": 3}, "on_permerror": "skip"})",
                                  files);
  REQUIRE(read.domains.size() == 3);
  for (const auto i : {1U, 2U}) {
    const auto& entry = read.domains[i];
    CHECK(entry.limits == read.limits);
    CHECK(entry.on_permerror == on_permerror::skip);
    CHECK_FALSE(entry.until);
    CHECK(entry.comment->empty());
  }
}

} // namespace domain_fields_test
