#include "core/config/settings.hpp"
#include "core/spf/verdict.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>

namespace verdict_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

spf::expansion evaluated(std::string_view records) {
  zone_answers zone{records};
  return expand("a.example", zone,
                config::rules_of(domain_of("a.example"),
                                 std::make_shared<std::vector<dns::name>>()))
      .result;
}

std::string said(const char* address, std::string_view records) {
  const auto client = *net::ip_address::try_parse(address);
  const auto result = evaluated(records);
  return to_text(spf::verdict_on(client, result), client, name_of("a.example"));
}

} // namespace

TEST_CASE("a verdict names the term that decided", "[spf][verdict]") {
  constexpr std::string_view records = R"(
    a.example v=spf1 -ip4:192.0.2.1 include:i.example ip6:::/0 ?ip4:198.51.100.0/24 redirect=r.example
    i.example v=spf1 -ip4:192.0.2.2 ip4:192.0.2.0/24 -all
    r.example v=spf1 ip4:203.0.113.0/24 -ip4:203.0.112.0/24)";
  const auto [address,
              text] = GENERATE(values<std::pair<const char*, const char*>>({
      {"192.0.2.3", "192.0.2.3 passes a.example\n"
                    "  a.example -> include:i.example -> ip4:192.0.2.0/24\n"},
      {"203.0.113.1", "203.0.113.1 passes a.example\n"
                      "  a.example -> redirect=r.example -> "
                      "ip4:203.0.113.0/24\n"},
      {"192.0.2.1", "192.0.2.1 does not pass a.example\n"
                    "  a.example -> -ip4:192.0.2.1\n"},
      {"198.51.100.7", "198.51.100.7 does not pass a.example\n"
                       "  a.example -> ?ip4:198.51.100.0/24\n"},
      {"203.0.112.1", "203.0.112.1 does not pass a.example\n"
                      "  a.example -> redirect=r.example -> "
                      "-ip4:203.0.112.0/24\n"},
      // What an include refuses is not refused by the domain.
      {"192.0.2.2", "192.0.2.2 does not pass a.example\n"},
      {"8.8.8.8", "8.8.8.8 does not pass a.example\n"},
      {"2001:db8::1", "2001:db8::1 passes only by a term too wide to count in "
                      "a.example\n"
                      "  a.example -> ip6:::/0\n"},
  }));
  CHECK(said(address, records) == text);
}

TEST_CASE("a verdict tells what a receiver may see otherwise",
          "[spf][verdict]") {
  zone_answers zone{"a.example v=spf1 ip4:192.0.2.1 include:P.example "
                    "-ip4:192.0.2.2 exists:%{l}.x.example -all"};
  const auto providers = std::make_shared<std::vector<dns::name>>();
  providers->push_back(name_of("p.example"));
  const auto result =
      expand("a.example", zone,
             config::rules_of(domain_of("a.example"), nullptr, providers))
          .result;
  const auto said_of = [&](const char* address) {
    const auto client = *net::ip_address::try_parse(address);
    return to_text(spf::verdict_on(client, result), client,
                   name_of("a.example"));
  };
  const std::string not_followed =
      "  but a.example -> include:P.example: not followed: a provider "
      "(allow.providers)\n";
  CHECK(said_of("192.0.2.1") == "192.0.2.1 passes a.example\n"
                                "  a.example -> ip4:192.0.2.1\n");
  CHECK(said_of("192.0.2.2") == "192.0.2.2 does not pass a.example\n"
                                "  a.example -> -ip4:192.0.2.2\n" +
                                    not_followed);
  CHECK(said_of("8.8.8.8") ==
        "8.8.8.8 does not pass a.example\n"
        "  a.example -> -all\n" +
            not_followed +
            "  but the mail decides: a.example -> exists:%{l}.x.example\n");
}

TEST_CASE("a verdict tells errors and failures", "[spf][verdict]") {
  CHECK(said("192.0.2.1", "b.example v=spf1 -all") ==
        "192.0.2.1 does not pass: there is no SPF record at a.example\n");
  CHECK_THAT(said("192.0.2.1", "a.example v=spf1 ip4:198.51.100.1 ip5:x -all"),
             Catch::StartsWith("192.0.2.1 meets an error of a.example\n  "));
  CHECK_THAT(
      said("192.0.2.1", "a.example v=spf1 ip4:198.51.100.1 include:d.example\n"
                        "fail d.example TXT"),
      Catch::StartsWith("192.0.2.1 is left undecided by the DNS of a.example\n"
                        "  d.example TXT"));
}

TEST_CASE("a verdict names the error that the address met, and no other",
          "[spf][verdict]") {
  // IPv6 clients meet the syntax error, IPv4 clients the include of nothing
  // that stands behind it, or the host that is the third void lookup.
  constexpr std::string_view records = R"(
    a.example v=spf1 include:%{v}.example -all
    ip6.example v=spf1 ip6:x -all
    in-addr.example v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.0/23 include:two.example include:none.example -all
    two.example v=spf1 -ip4:198.51.100.0/24 a:v1.example a:v2.example a:v3.example ip4:198.51.100.0/24 -all)";
  CHECK(said("2001:db8::1", records) ==
        "2001:db8::1 meets an error of a.example\n"
        "  a.example -> include:%{v}.example -> ip6:x: permerror: \"x\" is no "
        "IPv6 address\n    in \"ip6:x\" (octet 11 of the record)\n");
  CHECK(said("203.0.113.1", records) ==
        "203.0.113.1 meets an error of a.example\n"
        "  a.example -> include:%{v}.example -> include:two.example -> "
        "a:v3.example:\n    permerror: over 2 void lookups\n");
  CHECK(
      said("198.51.100.1", records) ==
      "198.51.100.1 meets an error of a.example\n"
      "  a.example -> include:%{v}.example -> include:none.example: permerror: "
      "the\n    domain named has no SPF record\n");
  CHECK(said("192.0.3.1", records) ==
        "192.0.3.1 does not pass a.example\n  a.example -> -all\n");
  CHECK(said("192.0.2.1", records) ==
        "192.0.2.1 passes a.example\n"
        "  a.example -> include:%{v}.example -> ip4:192.0.2.0/24\n");
}

TEST_CASE("a verdict: where a record cannot be used, it names that one",
          "[spf][verdict]") {
  constexpr std::string_view records = R"(
    a.example v=spf1 -ip4:192.0.2.0/24 include:one.example include:twice.example ip5:y
    one.example v=spf1 ip4:198.51.100.1 -all
    twice.example v=spf1 -all
    twice.example v=spf1 ~all
    b.example v=spf1 -all)";
  const std::string_view without_fault =
      "a.example v=spf1 -ip4:192.0.2.0/24 exists:%{i}.e.example "
      "include:twice.example -all\n"
      "twice.example v=spf1 -all\ntwice.example v=spf1 ~all";
  CHECK_THAT(said("192.0.2.1", records),
             Catch::StartsWith("192.0.2.1 meets an error of a.example\n"
                               "  a.example -> ip5:y: permerror: "));
  CHECK(said("192.0.2.1", without_fault) ==
        "192.0.2.1 does not pass a.example\n  a.example -> "
        "-ip4:192.0.2.0/24\n");
  CHECK(said("192.0.3.1", without_fault) ==
        "192.0.3.1 meets an error of a.example\n"
        "  a.example -> include:twice.example: twice.example: permerror: 2 SPF "
        "records\n"
        "  but the mail decides: a.example -> exists:%{i}.e.example\n");
  CHECK(said("192.0.3.1", "a.example v=spf1 -all\na.example v=spf1 ~all") ==
        "192.0.3.1 meets an error of a.example\n"
        "  a.example: permerror: 2 SPF records\n");
}

TEST_CASE("a verdict goes through redirects, in includes too",
          "[spf][verdict]") {
  constexpr std::string_view records = R"(
    a.example v=spf1 include:i.example ip4:192.0.2.9 redirect=r.example
    i.example v=spf1 ip4:192.0.2.1 redirect=j.example
    j.example v=spf1 ip4:192.0.2.2 -ip4:192.0.2.3 ?all
    r.example v=spf1 ip4:192.0.2.4 redirect=s.example
    s.example v=spf1 include:all.example ip4:192.0.2.5 -ip4:192.0.2.6 ~all
    all.example v=spf1 ip4:192.0.2.7 -all redirect=never.example)";
  const auto [address,
              text] = GENERATE(values<std::pair<const char*, const char*>>({
      {"192.0.2.2", "192.0.2.2 passes a.example\n"
                    "  a.example -> include:i.example -> redirect=j.example -> "
                    "ip4:192.0.2.2\n"},
      {"192.0.2.4", "192.0.2.4 passes a.example\n"
                    "  a.example -> redirect=r.example -> ip4:192.0.2.4\n"},
      {"192.0.2.5", "192.0.2.5 passes a.example\n"
                    "  a.example -> redirect=r.example -> redirect=s.example "
                    "-> ip4:192.0.2.5\n"},
      {"192.0.2.7",
       "192.0.2.7 passes a.example\n"
       "  a.example -> redirect=r.example -> redirect=s.example -> "
       "include:all.example\n    -> ip4:192.0.2.7\n"},
      // Neither what the include refuses nor its all is the domain's.
      {"192.0.2.3",
       "192.0.2.3 does not pass a.example\n"
       "  a.example -> redirect=r.example -> redirect=s.example -> "
       "~all\n"},
      {"192.0.2.6",
       "192.0.2.6 does not pass a.example\n"
       "  a.example -> redirect=r.example -> redirect=s.example -> "
       "-ip4:192.0.2.6\n"},
  }));
  CHECK(said(address, records) == text);
}

TEST_CASE("a verdict: of very many terms it says which record the further ones "
          "led to",
          "[spf][verdict]") {
  // Three records of 8,000 terms, the last of which redirect.
  std::string records = "a.example v=spf1";
  const auto add_terms = [&records] {
    for (int i = 0; i < 8000; ++i)
      records += " ip6:::";
  };
  add_terms();
  records += " redirect=b.example\nb.example v=spf1";
  add_terms();
  records += " redirect=c.example\nc.example v=spf1";
  add_terms();
  records += " include:i.example redirect=d.example\n"
             "i.example v=spf1 ip4:192.0.2.1 ?all\n"
             "d.example v=spf1 ip4:192.0.2.2 -all";
  CHECK(said("192.0.2.1", records) ==
        "192.0.2.1 passes a.example\n"
        "  a.example -> redirect=b.example -> redirect=c.example -> further "
        "terms\n    (include:i.example) -> further terms\n");
  CHECK(said("192.0.2.2", records) ==
        "192.0.2.2 passes a.example\n"
        "  a.example -> redirect=b.example -> redirect=c.example -> further "
        "terms\n    (redirect=d.example) -> further terms\n");
  CHECK(said("192.0.2.3", records) ==
        "192.0.2.3 does not pass a.example\n"
        "  a.example -> redirect=b.example -> redirect=c.example -> further "
        "terms\n    (redirect=d.example) -> further terms\n");
}

} // namespace verdict_test
