#include "core/spf/hosts.hpp"
#include "core/spf/record_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <vector>

namespace hosts_test {

using namespace spfblock;
using testing::listed;
using testing::name_of;
using testing::zone_answers;

namespace {

spf::directive directive_of(const std::string& written) {
  return std::get<spf::directive>(
      spf::parse_record("v=spf1 " + written).terms.at(0).value);
}

/// The steps of a walk through the hosts of a term at m.test, with every answer
/// there.
std::vector<spf::hosts> steps_of(const std::string& written,
                                 const std::string& description,
                                 net::family family,
                                 std::optional<unsigned> most = {}) {
  zone_answers zone{description};
  dns::answer_store answers;
  const spf::directive what = directive_of(written);
  for (;;) {
    spf::inquiry dns{answers, most};
    spf::host_walk walk{dns, what, name_of("m.test"), family};
    std::vector<spf::hosts> steps;
    while (auto step = walk.next())
      steps.push_back(*std::move(step));
    if (dns.missing().empty())
      return steps;
    for (const dns::question& asked : dns.missing())
      answers.put(asked, zone.answer(asked));
  }
}

/// "10.0.0.1/32 void", a step a text.
std::vector<std::string> told(const std::vector<spf::hosts>& steps) {
  std::vector<std::string> texts;
  for (const spf::hosts& each : steps)
    texts.push_back(listed(each.addresses) + (each.is_void ? " void" : "") +
                    (each.permerror.empty() ? "" : " permerror") +
                    (each.temperror.empty() ? "" : " temperror"));
  return texts;
}

using list = std::vector<std::string>;
constexpr auto ipv4 = net::family::ipv4;
constexpr auto ipv6 = net::family::ipv6;

} // namespace

TEST_CASE("host_walk: the addresses of the family, with its cidr-length",
          "[spf][hosts]") {
  const std::string zone =
      "m.test A 10.0.0.9\nm.test AAAA 2001:db8::99\nm.test MX 1 a.test\n"
      "m.test MX 2 b.test\na.test A 10.1.0.1\na.test AAAA 2001:db8::a\n"
      "b.test A 10.2.0.1\nb.test AAAA 2001:db8::b";
  CHECK(told(steps_of("a", zone, ipv4)) == list{"10.0.0.9/32"});
  CHECK(told(steps_of("a/24//64", zone, ipv4)) == list{"10.0.0.0/24"});
  CHECK(told(steps_of("a/24//64", zone, ipv6)) == list{"2001:db8::/64"});
  CHECK(told(steps_of("mx", zone, ipv4)) == list{"10.1.0.1/32 10.2.0.1/32"});
  CHECK(told(steps_of("mx//124", zone, ipv6)) == list{"2001:db8::/124"});
}

TEST_CASE("host_walk: a host that is IPv4-mapped stands for the wider networks",
          "[spf][hosts]") {
  const std::string zone = "m.test AAAA ::ffff:10.0.0.1";
  CHECK(steps_of("a//96", zone, ipv6).empty());
  CHECK(told(steps_of("a//95", zone, ipv6)) == list{"::fffe:0:0/95"});
}

TEST_CASE("host_walk: each query that finds nothing ends a step",
          "[spf][hosts]") {
  CHECK(told(steps_of("a", "", ipv4)) == list{" void"});
  CHECK(told(steps_of("a", "m.test A 10.0.0.1", ipv6)) == list{" void"});
  CHECK(told(steps_of("mx", "m.test A 10.0.0.1", ipv4)) == list{" void"});
  const std::string five =
      "m.test MX 1 a.test\nm.test MX 2 b.test\nm.test MX 3 c.test\n"
      "m.test MX 4 d.test\nm.test MX 5 e.test\na.test A 10.1.0.1\n"
      "b.test A 10.2.0.1\ne.test A 10.5.0.1";
  CHECK(told(steps_of("mx", five, ipv4)) ==
        list{"10.1.0.1/32 10.2.0.1/32 void", " void", "10.5.0.1/32"});
}

TEST_CASE("host_walk: hosts come by preference, then by name", "[spf][hosts]") {
  const std::string zone =
      "m.test MX 300 a.test\nm.test MX 2 c.test\nm.test MX 10 b.test\n"
      "m.test MX 2 d.test\na.test A 10.0.0.1\nb.test A 10.0.0.2\n"
      "c.test A 10.0.0.3";
  CHECK(told(steps_of("mx", zone, ipv4)) ==
        list{"10.0.0.3/32 void", "10.0.0.1/32 10.0.0.2/32"});
}

TEST_CASE("host_walk: a failing host ends a step", "[spf][hosts]") {
  const auto steps = steps_of("mx",
                              "m.test MX 1 a.test\nm.test MX 2 b.test\n"
                              "fail a.test A\nb.test A 10.2.0.1",
                              ipv4);
  CHECK(told(steps) == list{" temperror", "10.2.0.1/32"});
  CHECK(steps[0].temperror.substr(0, 10) == "a.test A: ");
  CHECK(told(steps_of("mx", "fail m.test MX", ipv4)) == list{" temperror"});
}

TEST_CASE("host_walk: nothing is asked behind the step that was taken",
          "[spf][hosts]") {
  zone_answers zone{"m.test MX 1 x.test\nm.test MX 2 b.test"};
  dns::answer_store answers;
  const dns::question exchanges{name_of("m.test"), dns::rr_type::mx};
  const dns::question first{name_of("x.test"), dns::rr_type::a};
  for (const dns::question& each : {exchanges, first})
    answers.put(each, zone.answer(each));
  spf::inquiry dns{answers, std::nullopt};
  const spf::directive what = directive_of("mx");
  spf::host_walk walk{dns, what, name_of("m.test"), ipv4};
  CHECK(walk.next()->is_void);
  CHECK(dns.missing().empty());
  CHECK_FALSE(walk.next());
  CHECK(dns.missing().size() == 1);
}

TEST_CASE("host_walk: what is missing stands for all that comes behind it",
          "[spf][hosts]") {
  zone_answers zone{"m.test MX 1 a.test\nm.test MX 2 x.test"};
  dns::answer_store answers;
  const dns::question exchanges{name_of("m.test"), dns::rr_type::mx};
  const dns::question second{name_of("x.test"), dns::rr_type::a};
  for (const dns::question& each : {exchanges, second})
    answers.put(each, zone.answer(each));
  spf::inquiry dns{answers, std::nullopt};
  const spf::directive what = directive_of("mx");
  spf::host_walk walk{dns, what, name_of("m.test"), ipv4};
  const auto found = walk.next();
  CHECK(found->missing);
  CHECK(found->is_void);
}

TEST_CASE("host_walk: too many names, or questions, are a permerror",
          "[spf][hosts]") {
  const auto zone = [](unsigned names) {
    return testing::lines(names, "m.test MX 1 h#.test") +
           testing::lines(names, "h#.test A 10.0.0.#");
  };
  CHECK(steps_of("mx", zone(10), ipv4).size() == 1);
  const auto eleven = steps_of("mx", zone(11), ipv4);
  CHECK(told(eleven) == list{" permerror"});
  CHECK(eleven[0].permerror == "over 10 MX names");
  CHECK(told(steps_of("mx", zone(2), ipv4, 2)) ==
        list{"10.0.0.1/32 permerror"});
}

} // namespace hosts_test
