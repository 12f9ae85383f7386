// The small parts that settings are read with.
//
// Tests also: domain_name, duration.
#include "core/config/domain_name.hpp"
#include "core/support/duration.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace words_test {

using namespace std::chrono_literals;
using spfblock::duration_text;
using spfblock::parse_duration;
using spfblock::config::parse_domain;

TEST_CASE("parse_duration reads a number and a unit", "[config][duration]") {
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("15m") == 900s);
  CHECK(parse_duration("1h") == 3600s);
  CHECK(parse_duration("7d") == 604800s);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("36500d") == 36500 * 24h);
}

TEST_CASE("parse_duration takes nothing else", "[config][duration]") {
  const auto text = GENERATE(values<std::string>({"",
                                                  "s",
                                                  "90",
                                                  "90 s",
                                                  " 90s",
                                                  "90s ",
                                                  "-1s",
                                                  "+1s",
                                                  "1.5h",
                                                  "1h30m",
                                                  "500ms",
                                                  "1H",
                                                  "1w",
                                                  "1y",
                                                  "0x1s",
                                                  "1e3s",
                                                  "36501d",
                                                  "18446744073709551616s",
                                                  "307445734561825861m",
                                                  "99999999999999999999999d",
                                                  "\xd9\xa1s"}));
  CAPTURE(text);
  CHECK_FALSE(parse_duration(text));
}

TEST_CASE("duration_text writes what parse_duration reads",
          "[config][duration]") {
  CHECK(duration_text(0s) == "0s");
  CHECK(duration_text(59s) == "59s");
  CHECK(duration_text(60s) == "1m");
  CHECK(duration_text(61s) == "61s");
  CHECK(duration_text(90min) == "90m");
  CHECK(duration_text(48h) == "2d");
  for (const auto duration : {1s, 119s, 3600s, 5400s, 86399s, 86400s, 90000s})
    CHECK(parse_duration(duration_text(duration)) == duration);
}

TEST_CASE("parse_short_duration takes milliseconds, too",
          "[config][duration]") {
  using spfblock::parse_short_duration;
  using spfblock::short_duration_text;
  CHECK(parse_short_duration("200ms") == 200ms);
  CHECK(parse_short_duration("0ms") == 0ms);
  CHECK(parse_short_duration("2s") == 2000ms);
  CHECK(parse_short_duration("1m") == 60000ms);
  for (const std::string text :
       {"", "ms", "5", "5 ms", "-5ms", "5mss", "5MS", "1.5ms",
        "18446744073709551616ms", "9223372036854775807ms"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_short_duration(text));
  }
  CHECK(short_duration_text(0ms) == "0s");
  CHECK(short_duration_text(500ms) == "500ms");
  CHECK(short_duration_text(1500ms) == "1500ms");
  CHECK(short_duration_text(60000ms) == "1m");
}

TEST_CASE("parse_domain folds case and takes a final dot",
          "[config][domain_name]") {
  CHECK(parse_domain("Toramaki.NET")->to_string() == "toramaki.net");
  CHECK(parse_domain("_spf.a-b.example.")->to_string() == "_spf.a-b.example");
  CHECK(parse_domain("xn--mnchen-3ya.de")->to_string() == "xn--mnchen-3ya.de");
  CHECK(parse_domain("M\u00dcnchen.de")->to_string() == "xn--mnchen-3ya.de");
  CHECK(parse_domain("_spf.m\u00fcnchen\u3002de.")->to_string() ==
        "_spf.xn--mnchen-3ya.de");
  CHECK(parse_domain("1.2.3.4.example"));
  CHECK(parse_domain(std::string(63, 'a') + ".b"));
}

TEST_CASE("parse_domain says what was expected", "[config][domain_name]") {
  struct row {
    std::string text;
    const char* message;
  };
  const auto [text, message] = GENERATE(values<row>({
      {"m\xfcnchen.de", R"(no domain name: "m\xfcnchen.de" ()"},
      {"\u2603.test", R"(no domain name: "\xe2\x98\x83.test" ()"},
      {"\u2100.test", R"(no domain name: "\xe2\x84\x80.test" ()"}, // a/c.test
      {"\uff11.2.3.4", R"(found "\xef\xbc\x91.2.3.4" (expected a domain name; )"
                       "addresses go into "},
      {"m\u00fcller", R"(found "m\xc3\xbcller" (expected a domain name of at )"
                      "least two labels)"},
      {"192.0.2.1", R"(found "192.0.2.1" (expected a domain name; addresses )"
                    R"(go into "networks"))"},
      {"2001:db8::1", R"(found "2001:db8::1" (expected a domain name; )"},
      {"user@a.test", R"(found "user@a.test" (expected a domain name of )"
                      "letters, digits, hyphens and underscores)"},
      {"*.a.test", R"(found "*.a.test" (expected a domain name of letters)"},
      {"a.test b.test", "found \"a.test b.test\" (expected a domain name of "},
      {"192.0.2.0/24", "found \"192.0.2.0/24\" (expected a domain name of "},
      {"a\\.test", R"(found "a\x5c.test" (expected a domain name of )"},
      {"com", R"(found "com" (expected a domain name of at least two labels))"},
      {"com.", R"(found "com." (expected a domain name of at least two )"},
      {".", R"(found "." (expected a domain name of at least two labels))"},
  }));
  CAPTURE(text);
  const auto name = parse_domain(text);
  REQUIRE_FALSE(name);
  CHECK_THAT(name.error().message, Catch::StartsWith(message));
}

TEST_CASE("parse_domain refuses what is no name at all",
          "[config][domain_name]") {
  const auto text = GENERATE(values<std::string>(
      {"", "a..test", ".a.test", "a.test..", std::string(64, 'a') + ".test"}));
  CAPTURE(text);
  const auto name = parse_domain(text);
  REQUIRE_FALSE(name);
  CHECK_THAT(name.error().message,
             Catch::EndsWith(" (expected a domain name)"));
}

} // namespace words_test
