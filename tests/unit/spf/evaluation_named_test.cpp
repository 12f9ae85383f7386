// The networks that a record names, for the limits of a listing.
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <string_view>

namespace evaluation_named_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

/// The networks that l.test names, parted by a space.
std::string named(std::string_view zone, const spf::rules& by = {}) {
  std::string text;
  for (const net::ip_prefix& each : expansion_of(zone, by).named)
    text += (text.empty() ? "" : " ") + each.to_string();
  return text;
}

} // namespace

TEST_CASE("evaluate: named is what terms would list, decided before or not",
          "[spf][evaluation][named]") {
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/16 ip4:10.0.4.0/22 -all") ==
        "10.0.0.0/16 10.0.4.0/22");
  CHECK(named("l.test v=spf1 ip4:10.0.4.0/22 ip4:10.0.0.0/16 "
              "ip6:2001:db8::/32 ip4:10.0.4.0/22") ==
        "10.0.0.0/16 10.0.4.0/22 2001:db8::/32");
  CHECK(named("l.test v=spf1 -ip4:10.0.0.0/24 ip4:10.0.0.0/26 "
              "ip4:10.0.0.0/23") == "10.0.0.0/23 10.0.0.0/26");
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/24 ip4:10.0.1.0/24") ==
        "10.0.0.0/24 10.0.1.0/24");
}

TEST_CASE("evaluate: named are hosts, too, neighbours apart",
          "[spf][evaluation][named]") {
  const std::string hosts =
      "\nm.test MX 1 a.test\nm.test MX 2 b.test\na.test A 10.0.0.2\n"
      "b.test A 10.0.0.3\nb.test AAAA 2001:db8::1\na.test AAAA 2001:db8::1";
  CHECK(named("l.test v=spf1 mx:m.test -all" + hosts) ==
        "10.0.0.2/32 10.0.0.3/32 2001:db8::1/128");
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/24 a:a.test/30//64 -all" + hosts) ==
        "10.0.0.0/24 10.0.0.0/30 2001:db8::/64");
}

TEST_CASE("evaluate: named is what an include names, if it lists",
          "[spf][evaluation][named]") {
  const std::string inner = "\nm.test v=spf1 ip4:10.0.0.0/24 ?ip4:10.0.9.0/24";
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/16 include:m.test" + inner) ==
        "10.0.0.0/16 10.0.0.0/24");
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/16 redirect=m.test" + inner) ==
        "10.0.0.0/16 10.0.0.0/24");
  for (const std::string sign : {"-", "?", "~"})
    CHECK(named("l.test v=spf1 " + sign + "include:m.test ip4:10.0.0.0/16" +
                inner) == "10.0.0.0/16");
}

TEST_CASE("evaluate: what is too wide, or behind all, is not named",
          "[spf][evaluation][named]") {
  spf::rules by;
  by.widest_ipv4 = 16;
  CHECK(named("l.test v=spf1 ip4:10.0.0.0/15 a:h.test/8 ip4:10.0.0.0/24 ?all "
              "ip4:10.0.1.0/24\nh.test A 10.0.0.1\nh.test AAAA ::1:0:0",
              by) == "10.0.0.0/24 ::1:0:0/128");
}

TEST_CASE("evaluate: a domain that a permerror makes void names nothing",
          "[spf][evaluation][named]") {
  CHECK(named("l.test v=spf1 ip4:10.0.0.1 include:x.test",
              rules_with(spf::on_permerror::list_void))
            .empty());
}

TEST_CASE("evaluate: of very many named networks the widest of each family "
          "are kept",
          "[spf][evaluation][named]") {
  std::string zone = "l.test v=spf1 ip4:10.9.0.0/24 ip6:2001:db8::/64";
  for (unsigned i = 0; i < 10; ++i)
    zone += " mx:m" + std::to_string(i) + ".test";
  zone_answers answers{zone};
  for (unsigned i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    dns::answer exchange;
    exchange.status = dns::answer_status::records;
    exchange.exchanges = {{1, name_of("h" + number + ".test")}};
    answers.put({name_of("m" + number + ".test"), dns::rr_type::mx}, exchange);
    dns::answer a;
    dns::answer aaaa;
    a.status = aaaa.status = dns::answer_status::records;
    for (unsigned j = 0; j < 4000; ++j) {
      a.addresses.push_back(
          net::ip_address::ipv4((11U << 24U) + (i * 4000 + j) * 2));
      aaaa.addresses.push_back(net::ip_address::ipv6(
          (net::uint128{0x2a01} << 112U) + (i * 4000 + j) * 2));
    }
    answers.put({exchange.exchanges[0].host, dns::rr_type::a}, a);
    answers.put({exchange.exchanges[0].host, dns::rr_type::aaaa}, aaaa);
  }
  const auto named = expand("l.test", answers).result.named;
  CHECK(named.size() == 2 * 32'768);
  CHECK(std::is_sorted(named.begin(), named.end()));
  for (const char* const wide : {"10.9.0.0/24", "2001:db8::/64"})
    CHECK(std::binary_search(named.begin(), named.end(),
                             *net::ip_prefix::parse(wide)));
}

} // namespace evaluation_named_test
