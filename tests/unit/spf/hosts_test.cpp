#include "core/spf/hosts.hpp"
#include "core/spf/record_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <vector>

using namespace spfblock;
using testing::listed;
using testing::name_of;
using testing::zone_answers;

namespace {

spf::directive directive_of(const std::string& written) {
  return std::get<spf::directive>(
      spf::parse_record("v=spf1 " + written).terms.at(0).value);
}

/// Looks up the hosts of a term at m.test, with every answer there.
spf::hosts hosts_of(const std::string& written, const std::string& description,
                    net::family family, std::optional<unsigned> most = {}) {
  zone_answers zone{description};
  dns::answer_store answers;
  for (;;) {
    spf::inquiry dns{answers, most};
    auto found =
        spf::find_hosts(dns, directive_of(written), name_of("m.test"), family);
    if (dns.missing().empty())
      return found;
    CHECK(found.missing);
    for (const dns::question& asked : dns.missing())
      answers.put(asked, zone.answer(asked));
  }
}

constexpr auto ipv4 = net::family::ipv4;
constexpr auto ipv6 = net::family::ipv6;

} // namespace

TEST_CASE("find_hosts: the addresses of the family, with its cidr-length",
          "[spf][hosts]") {
  const std::string zone =
      "m.test A 10.0.0.9\nm.test AAAA 2001:db8::99\nm.test MX 1 a.test\n"
      "m.test MX 2 b.test\na.test A 10.1.0.1\nb.test A 10.2.0.1\n"
      "b.test AAAA 2001:db8::b";
  CHECK(listed(hosts_of("a", zone, ipv4).addresses) == "10.0.0.9/32");
  CHECK(listed(hosts_of("a/24//64", zone, ipv4).addresses) == "10.0.0.0/24");
  CHECK(listed(hosts_of("a/24//64", zone, ipv6).addresses) == "2001:db8::/64");
  CHECK(listed(hosts_of("mx", zone, ipv4).addresses) ==
        "10.1.0.1/32 10.2.0.1/32");
  CHECK(listed(hosts_of("mx//124", zone, ipv6).addresses) == "2001:db8::/124");
}

TEST_CASE(
    "find_hosts: a host that is IPv4-mapped stands for the wider networks",
    "[spf][hosts]") {
  const std::string zone = "m.test AAAA ::ffff:10.0.0.1";
  CHECK(hosts_of("a//96", zone, ipv6).addresses.empty());
  CHECK_FALSE(hosts_of("a//96", zone, ipv6).is_void);
  CHECK(listed(hosts_of("a//95", zone, ipv6).addresses) == "::fffe:0:0/95");
}

TEST_CASE("find_hosts: void is what some query does not find", "[spf][hosts]") {
  CHECK(hosts_of("a", "", ipv4).is_void);
  CHECK(hosts_of("a", "m.test A 10.0.0.1", ipv6).is_void);
  CHECK_FALSE(hosts_of("a", "m.test A 10.0.0.1", ipv4).is_void);
  CHECK(hosts_of("mx", "m.test A 10.0.0.1", ipv4).is_void);
  const auto one_of_two = hosts_of(
      "mx", "m.test MX 1 a.test\nm.test MX 2 b.test\nb.test A 10.2.0.1", ipv4);
  CHECK(one_of_two.is_void);
  CHECK(listed(one_of_two.addresses) == "10.2.0.1/32");
}

TEST_CASE("find_hosts: a failing host leaves the others", "[spf][hosts]") {
  const auto found = hosts_of("mx",
                              "m.test MX 1 a.test\nm.test MX 2 b.test\n"
                              "fail a.test A\nb.test A 10.2.0.1",
                              ipv4);
  CHECK(listed(found.addresses) == "10.2.0.1/32");
  CHECK(found.temperror.substr(0, 10) == "a.test A: ");
  CHECK(found.permerror.empty());
  CHECK_FALSE(found.is_void);
}

TEST_CASE("find_hosts: too many names, or questions, are a permerror",
          "[spf][hosts]") {
  const auto zone = [](unsigned names) {
    return testing::lines(names, "m.test MX 1 h#.test") +
           testing::lines(names, "h#.test A 10.0.0.#");
  };
  CHECK(hosts_of("mx", zone(10), ipv4).permerror.empty());
  const auto eleven = hosts_of("mx", zone(11), ipv4);
  CHECK(eleven.permerror == "over 10 MX names");
  CHECK(eleven.addresses.empty());

  const auto two = hosts_of("mx", zone(2), ipv4, 2);
  CHECK(listed(two.addresses) == "10.0.0.1/32");
  CHECK_FALSE(two.permerror.empty());
}
