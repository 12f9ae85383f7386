#include "core/domains/finding.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace finding_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using domains::authorisation;
using domains::finding;
using domains::finding_of;
using domains::networks_of;
using domains::refused_terms_of;
using domains::restricted;
using domains::trouble_in;

namespace {

using list = std::vector<std::string>;

const std::string zone = "l.test v=spf1 ip4:45.0.0.0/24 include:m.test "
                         "ip4:46.0.0.0/24 -all\n"
                         "m.test v=spf1 ip4:45.0.0.0/23 include:n.test -all\n"
                         "n.test v=spf1 ip4:47.0.0.0/24 -all";

const auto first = beginning.wall;
const auto later = beginning.wall + 24h;

std::size_t octets_of(const finding& of) {
  std::size_t total = 0;
  for (const std::string& each : of.records)
    total += each.size();
  for (const authorisation& each : of.authorised)
    total += sizeof each + each.term.size() +
             each.addresses.ipv4().ranges().size() * 8;
  return total;
}

} // namespace

TEST_CASE("a finding names who authorised which addresses, and nobody else",
          "[table][finding]") {
  const finding found = finding_of(expansion_of(zone), {}, first);
  CHECK(found.records == list{"l.test", "l.test -> include:m.test",
                              "l.test -> include:m.test -> include:n.test"});
  const std::vector<authorisation> expected{
      {0, "ip4:45.0.0.0/24", set_of("45.0.0.0/24"), first},
      {1, "ip4:45.0.0.0/23", set_of("45.0.1.0/24"), first},
      {2, "ip4:47.0.0.0/24", set_of("47.0.0.0/24"), first},
      {0, "ip4:46.0.0.0/24", set_of("46.0.0.0/24"), first},
  };
  CHECK(found.authorised == expected);
  CHECK(found.pass == set_of("45.0.0.0/23 46.0.0.0/24 47.0.0.0/24"));

  // A record that authorises nothing is not kept.
  const finding less =
      finding_of(expansion_of("l.test v=spf1 include:m.test\n"
                              "m.test v=spf1 -ip4:45.0.0.1 include:n.test\n"
                              "n.test v=spf1 ip4:47.0.0.0/24"),
                 {}, first);
  CHECK(less.records == list{"l.test -> include:m.test -> include:n.test"});
  CHECK(finding_of(expansion_of("l.test v=spf1 -all"), {}, first) == finding{});
}

TEST_CASE("a term keeps its first sighting as long as it stands where it stood",
          "[table][finding]") {
  const finding former = finding_of(expansion_of(zone), {}, first);
  CHECK(finding_of(expansion_of(zone), former, later) == former);

  const finding now = finding_of(
      expansion_of(
          "l.test v=spf1 ip4:48.0.0.0/24 ip4:46.0.0.0/24 include:n.test "
          "include:m.test -all\n"
          "m.test v=spf1 ip4:45.0.0.0/23 ip4:45.0.0.0/24 -all\n"
          "n.test v=spf1 ip4:47.0.0.0/24 -all"),
      former, later);
  REQUIRE(now.authorised.size() == 4);
  const auto since = [&now](std::string_view term) {
    for (const authorisation& each : now.authorised) {
      if (each.term == term)
        return each.since;
    }
    FAIL("no such term");
    return first;
  };
  CHECK(since("ip4:48.0.0.0/24") == later);
  CHECK(since("ip4:46.0.0.0/24") == first);
  CHECK(since("ip4:47.0.0.0/24") == later); // another way leads there
  CHECK(since("ip4:45.0.0.0/23") == first); // authorises more by now
}

TEST_CASE("refused terms are named with the way to them", "[table][finding]") {
  spf::rules limits;
  limits.widest_ipv4 = 16;
  const auto refused = refused_terms_of(
      expansion_of("l.test v=spf1 include:m.test ip4:45.0.0.0/24 -all\n"
                   "m.test v=spf1 -ip4:10.0.0.0/9 ip4:10.0.0.0/8 -all",
                   limits));
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].chain == "l.test -> include:m.test -> ip4:10.0.0.0/8");
  CHECK(refused[0].addresses == set_of("10.128.0.0/9"));
}

TEST_CASE("trouble is one line of what kept terms from being listed",
          "[table][finding]") {
  CHECK(trouble_in(expansion_of(zone)).empty());
  CHECK(trouble_in(gone("l.test")) == "l.test: no SPF record");
  CHECK(trouble_in(expansion_of("l.test v=spf1 ptr exists:%{i}.test -all")) ==
        "ptr: not listable: ptr asks for the client's host name; "
        "exists:%{i}.test: not listable: exists names no addresses");

  auto many = expanded("l.test", "45.0.0.0/24");
  for (int i = 1; i <= 8; ++i)
    many = with_remark(many, std::to_string(i));
  CHECK(trouble_in(many) == "ptr: 1; ptr: 2; ptr: 3; ptr: 4; ptr: 5; ptr: 6; "
                            "ptr: 7; ptr: 8");
  many = with_remark(with_remark(many, "9"), "10");
  CHECK(trouble_in(many) == "ptr: 1; ptr: 2; ptr: 3; ptr: 4; ptr: 5; ptr: 6; "
                            "ptr: 7; ptr: 8; and 2 more");
}

TEST_CASE("the largest record leads to a bounded finding and trouble",
          "[table][finding]") {
  // A chain of long names, at its end more terms than are written down one by
  // one, half of them in need of a remark.
  const auto name = [](int i) {
    std::string made = "n" + std::to_string(i);
    for (int label = 0; label < 3; ++label)
      made += std::string(60, 'x') + '.';
    return made + "test";
  };
  std::string text = "l.test v=spf1 include:" + name(0);
  for (int i = 0; i < 8; ++i)
    text += '\n' + name(i) + " v=spf1 include:" + name(i + 1);
  text += '\n' + name(8) + " v=spf1" + terms(20, "include:m#.test");
  for (int i = 0; i < 10000; ++i) {
    if (i % 500 == 0)
      text += "\nm" + std::to_string(i / 500 + 1) + ".test v=spf1";
    text += " ip4:45." + std::to_string(i / 256) + '.' +
            std::to_string(i % 256) + ".1 exists:%{i}." + std::string(40, 'x');
  }
  const auto made = expansion_of(text, rules_with(spf::on_permerror::skip));
  REQUIRE(made.terms.size() == 20000 + 1);

  const finding found = finding_of(made, {}, first);
  CHECK(found.pass->ipv4().ranges().size() == 10000);
  CHECK(found.authorised.size() < 10000);
  CHECK(octets_of(found) < 3'000'000);
  CHECK(trouble_in(made).size() < 10'000);
  CHECK(finding_of(made, found, later) == found);
}

TEST_CASE("long terms are cut in what is kept of them", "[table][finding]") {
  std::string text = "l.test v=spf1";
  for (int i = 0; i < 20; ++i)
    text += " x" + std::to_string(i) + ':' + std::string(3000, 'x');
  const auto made = expansion_of(text, rules_with(spf::on_permerror::skip));
  const std::string trouble = trouble_in(made);
  CHECK(trouble.size() < 10'000);
  CHECK(trouble.ends_with("; and 12 more"));
}

TEST_CASE("a finding is cut down to some of its addresses, term by term",
          "[table][finding]") {
  const finding whole = finding_of(expansion_of(zone), {}, first);
  CHECK(restricted(whole, whole.pass) == whole);
  CHECK(restricted(whole, {}).authorised.empty());
  CHECK(restricted(whole, {}).pass->empty());
  const finding part =
      restricted(whole, set_of("45.0.0.128/25 45.0.1.0/25 46.0.0.0/8"));
  const std::vector<authorisation> expected{
      {0, "ip4:45.0.0.0/24", set_of("45.0.0.128/25"), first},
      {1, "ip4:45.0.0.0/23", set_of("45.0.1.0/25"), first},
      {0, "ip4:46.0.0.0/24", set_of("46.0.0.0/24"), first},
  };
  CHECK(part.authorised == expected);
  CHECK(part.pass == set_of("45.0.0.128/25 45.0.1.0/25 46.0.0.0/24"));
}

TEST_CASE("a finding names the networks of its record, as far as it has them",
          "[table][finding]") {
  const auto record = naming("a.example", "45.0.1.0/24 45.0.0.0/23 46.0.0.1");
  const finding whole = finding_of(record, {}, first);
  CHECK(networks_of(whole) == record.named);
  const finding part = restricted(whole, set_of("45.0.0.0/25"));
  CHECK(networks_of(part) ==
        std::vector{*net::ip_prefix::parse("45.0.0.0/23")});
  // Without them the prefixes of each term.
  const finding plain = finding_of(expansion_of(zone), {}, first);
  CHECK(networks_of(plain).size() == plain.authorised.size());
}

TEST_CASE("what is kept is told apart from what is decided",
          "[table][finding]") {
  const finding former = finding_of(expansion_of(zone), {}, first);
  REQUIRE(former.authorised.size() > 1);
  const net::address_set& rest = former.authorised.back().addresses;
  const finding kept = kept_of(former, rest, 5s);
  CHECK(kept.pass == rest);
  CHECK(kept_in(kept) == rest);
  CHECK(longest_kept(kept) == 5s);
  CHECK(longest_kept(kept_of(kept, rest, 7s)) == 12s);

  const finding decided =
      finding_of(expanded("z.example", "48.0.0.0/24"), {}, first);
  const finding both = united(decided, kept, 100);
  CHECK(both.pass == (decided.pass | rest));
  CHECK(kept_in(both) == rest);
  CHECK(both.authorised.size() == 2);
  CHECK(both.authorised[1].term == former.authorised.back().term);
  CHECK(both.records.at(both.authorised[1].record) ==
        former.records.at(former.authorised.back().record));
  CHECK(younger_than(both, 5s).pass == decided.pass);
  CHECK(younger_than(both, 6s) == both);
  CHECK(united(decided, {}, 0) == decided);
}

TEST_CASE("findings differ by what they say, not by how long it is kept",
          "[table][finding]") {
  const finding former = finding_of(expansion_of(zone), {}, first);
  const finding kept = kept_of(former, former.pass, 5s);
  CHECK(differ(former, kept));
  CHECK_FALSE(differ(kept, kept_of(kept, kept.pass, 5s)));
  CHECK_FALSE(differ(former, former));
  finding other = former;
  other.authorised[0].term += "x";
  CHECK(differ(former, other));
}

TEST_CASE("terms that are kept without end become one for each age",
          "[table][finding]") {
  // A new record at each look, and what it listed is undecided at the next.
  constexpr std::uint64_t most = 100;
  finding all;
  for (std::uint32_t look = 0; look < 20; ++look) {
    std::vector<net::ip_prefix> terms;
    for (std::uint32_t i = 0; i < most; ++i)
      terms.push_back(net::ip_prefix::containing(
          net::ip_address::ipv4((45U << 24U) + look * 65536 + i), 32));
    all = united(finding_of(naming("a.example", terms), {}, first),
                 kept_of(std::move(all), set_of(everyone), 1min), most);
    CHECK(all.authorised.size() <= 2 * most + look);
    CHECK(all.pass->ipv4_count() == (look + 1) * most);
    CHECK(longest_kept(all) == look * 1min);
  }
  CHECK(younger_than(all, 10min).pass->ipv4_count() == 10 * most);
}

} // namespace finding_test
