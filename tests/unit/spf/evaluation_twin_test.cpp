#include "core/spf/client_name.hpp"
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/check_host.hpp"
#include "tests/support/contradictions.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/random_zone.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace evaluation_twin_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using list = std::vector<std::string>;

/// All addresses that the random zones tell apart, and some outside.
std::vector<net::ip_address> clients() {
  std::vector<net::ip_address> all;
  for (std::uint32_t i = 0; i < 32; ++i) {
    all.push_back(net::ip_address::ipv4(0x0a000000 + i));
    all.push_back(net::ip_address::ipv6((net::uint128{0x20010db8} << 96U) + i));
  }
  for (const char* outside :
       {"0.0.0.0", "9.255.255.255", "10.0.0.32", "255.255.255.255",
        "::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::20",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
    all.push_back(*net::ip_address::try_parse(outside));
  return all;
}

/// The clients of whom the expansion and the specification differ.
list differences(const spf::expansion& of, checker& specification) {
  static const auto everybody = clients();
  list found;
  for (const net::ip_address& client : everybody) {
    const verdict said = specification.check_host(client, of.domain);
    const bool pass = of.pass.contains(client);
    const bool permerror = of.permerror.contains(client);
    const bool temperror = of.temperror.contains(client);
    if (pass != (said == verdict::pass) ||
        permerror != (said == verdict::permerror) ||
        temperror != (said == verdict::temperror))
      found.push_back(
          fmt::format("{}:{}{}{}, but verdict {}", client.to_string(),
                      pass ? " pass" : "", permerror ? " permerror" : "",
                      temperror ? " temperror" : "", static_cast<int>(said)));
  }
  return found;
}

/// The zones with twenty networks more behind each third one that they name,
/// and modifiers that mean nothing among them.
std::string with_runs(const std::string& zone, unsigned seed) {
  std::mt19937 random{seed};
  const auto below = [&](unsigned bound) {
    return static_cast<unsigned>(random() % bound);
  };
  std::string text;
  for (std::size_t at = 0; at < zone.size(); ++at) {
    const bool begins = zone.compare(at, 5, " ip4:") == 0 && below(3) == 0;
    for (unsigned i = 0; begins && i < 20; ++i) {
      const char sign = std::string_view{"+-?~"}[below(4)];
      if (below(8) == 0)
        text += " x=y";
      else if (below(2) == 0)
        text +=
            fmt::format(" {}ip4:10.0.0.{}/{}", sign, below(32), 32 - below(5));
      else
        text += fmt::format(" {}ip6:2001:db8::{:x}/{}", sign, below(32),
                            128 - below(5));
    }
    text += zone[at];
  }
  return text;
}

/// Calls `compare(domain, zone)` for all domains of so many random zones.
template <class Comparison>
void for_random_zones(unsigned first_seed, unsigned count, Comparison compare) {
  for (unsigned seed = first_seed; seed < first_seed + count; ++seed) {
    const std::string text = zone_writer{seed}.write();
    CAPTURE(seed, text);
    zone_answers zone{text};
    for (const std::string& domain : zone_writer::domains()) {
      CAPTURE(domain);
      compare(domain, zone);
    }
  }
}

/// The DNS confirms that the client has that name.
void confirm(const net::ip_address& client, const dns::name& name,
             zone_answers& zone) {
  dns::answer names;
  names.status = dns::answer_status::records;
  names.hosts = {name};
  zone.put({spf::reverse_name(client), dns::rr_type::ptr}, names);
  dns::answer addresses;
  addresses.status = dns::answer_status::records;
  addresses.addresses = {client};
  zone.put({name, client.family() == net::family::ipv4 ? dns::rr_type::a
                                                       : dns::rr_type::aaaa},
           addresses);
}

} // namespace

TEST_CASE("evaluate: equals check_host() of RFC 7208 for every address",
          "[spf][evaluation]") {
  std::size_t expansions = 0;
  std::size_t passing = 0;
  std::size_t cut_by_permerror = 0;
  std::size_t cut_by_temperror = 0;
  for_random_zones(1, 200, [&](const std::string& domain, zone_answers& zone) {
    const spf::expansion made = expand(domain, zone).result;
    checker specification{zone};
    CHECK(differences(made, specification) == list{});
    CHECK(contradictions(made) == list{});
    ++expansions;
    if (made.pass.empty())
      return;
    ++passing;
    if (!made.permerror.empty())
      ++cut_by_permerror;
    if (!made.temperror.empty())
      ++cut_by_temperror;
  });
  // The zones are worth the while.
  CHECK(passing > expansions / 3);
  CHECK(cut_by_permerror > expansions / 20);
  CHECK(cut_by_temperror > expansions / 100);
}

TEST_CASE(
    "evaluate: networks one behind the other are as check_host() has them",
    "[spf][evaluation][network_run]") {
  std::size_t passing = 0;
  for (unsigned seed = 5001; seed < 5081; ++seed) {
    const std::string text = with_runs(zone_writer{seed}.write(), seed);
    CAPTURE(seed, text);
    zone_answers zone{text};
    for (const std::string& domain : zone_writer::domains()) {
      CAPTURE(domain);
      for (const auto on : {spf::on_permerror::stop, spf::on_permerror::skip}) {
        const spf::expansion made = expand(domain, zone, rules_with(on)).result;
        checker specification{zone, on == spf::on_permerror::skip};
        CHECK(differences(made, specification) == list{});
        CHECK(contradictions(made) == list{});
        passing += made.pass.empty() ? 0U : 1U;
      }
    }
  }
  CHECK(passing > 200);
}

TEST_CASE("evaluate: skip changes nothing but for whom there is a permerror",
          "[spf][evaluation]") {
  std::size_t gained = 0;
  const auto skip = rules_with(spf::on_permerror::skip);
  for_random_zones(
      1001, 80, [&](const std::string& domain, zone_answers& zone) {
        const spf::expansion stopping = expand(domain, zone).result;
        const spf::expansion made = expand(domain, zone, skip).result;
        checker specification{zone, true};
        CHECK(differences(made, specification) == list{});
        CHECK(contradictions(made) == list{});
        CHECK(made.permerror.empty());
        CHECK(listed(made.pass - stopping.permerror) == listed(stopping.pass));
        CHECK(listed(made.temperror - stopping.permerror) ==
              listed(stopping.temperror));
        if (made.pass != stopping.pass)
          ++gained;
      });
  CHECK(gained > 50);
}

TEST_CASE("evaluate: no mail makes anybody pass who is not in the residue",
          "[spf][evaluation]") {
  std::size_t passed_by_mail = 0;
  std::size_t outside = 0;
  std::mt19937 random{7};
  for_random_zones(
      3001, 120, [&](const std::string& domain, zone_answers& zone) {
        const spf::expansion made = expand(domain, zone).result;
        CHECK((made.residue.addresses & made.pass).empty());
        CHECK(made.residue.addresses.empty() == made.residue.terms.empty());
        for (const net::ip_address& client : clients()) {
          const std::string helo =
              zone_writer::domains()[random() % zone_writer::domains().size()];
          const std::string sender = random() % 2 == 0 ? "a" : "b";
          const auto said =
              check_host({client, sender, made.domain, helo}, zone).result;
          const bool waits = made.residue.addresses.contains(client);
          outside += waits ? 0U : 1U;
          if (said != verdict::pass || made.pass.contains(client))
            continue;
          CAPTURE(client.to_string(), helo, sender);
          CHECK(waits);
          ++passed_by_mail;
        }
      });
  CHECK(passed_by_mail > 100);
  CHECK(outside > 1000);
}

TEST_CASE("evaluate: the residue is whom a term of the mail decides about",
          "[spf][evaluation]") {
  struct row {
    const char* record;
    const char* residue;
    bool on_local_part;
    bool on_helo;
  };
  const std::string all{everyone};
  const auto [record, residue, on_local_part, on_helo] = GENERATE(values<row>({
      {"ip4:10.0.0.0/8 -ip4:11.0.0.0/8 exists:%{i}.x.test -all",
       "-10.0.0.0/8 -11.0.0.0/8", false, false},
      {"ip4:10.0.0.0/8 -all exists:%{i}.x.test", nullptr, false, false},
      {"-exists:%{i}.x.test ip4:10.0.0.0/8 -all", nullptr, false, false},
      {"-exists:%{i}.x.test ptr -all", "", false, false},
      {"exists:%{i}.x.test ip4:10.0.0.0/8", "-10.0.0.0/8", false, false},
      {"a:%{l}.x.test -all", "", true, false},
      {"mx:%{h} -all", "", false, true},
      {"include:%{i}.x.test -all", "", true, true},
      {"-include:%{i}.x.test ip4:10.0.0.0/8", nullptr, false, false},
      {"redirect=%{s}.x.test", "", true, true},
      {"include:m.test -all", "-10.1.0.0/16", true, false},
      // What the other record fails is no match: then ip4 lists it.
      {"-include:n.test ip4:10.0.0.0/8", "-10.1.0.0/16", false, true},
  }));
  CAPTURE(record);
  const auto made = expansion_of(
      fmt::format("l.test v=spf1 {}\nm.test v=spf1 ip4:10.1.0.0/16 "
                  "exists:%{{s}}.x.test\nn.test v=spf1 ip4:10.1.0.0/16 "
                  "-exists:%{{h}}.x.test +all\n",
                  record));
  if (residue == nullptr) {
    CHECK(made.residue == spf::residue{});
    return;
  }
  CHECK(listed(made.residue.addresses) ==
        listed(set_of(all + " " + residue) - made.pass));
  CHECK(made.residue.depends == spf::mail_dependence{on_local_part, on_helo});
  CHECK(made.residue.terms.size() == 1);
}

TEST_CASE("evaluate: whom a name decides about passes by any mail, if the DNS "
          "confirms it",
          "[spf][evaluation]") {
  std::size_t passed = 0;
  std::mt19937 random{9};
  for_random_zones(
      4001, 300, [&](const std::string& domain, zone_answers& zone) {
        const spf::expansion made = expand(domain, zone).result;
        for (const spf::named_clients& each : made.residue.named) {
          CAPTURE(each.target.to_string());
          CHECK((each.addresses - made.residue.addresses).empty());
          CHECK(each.target.is_at_or_below(made.domain));
          for (const net::ip_address& client : clients()) {
            if (!each.addresses.contains(client))
              continue;
            CAPTURE(client.to_string());
            confirm(client, name_of("zz." + each.target.to_string()), zone);
            const std::string helo =
                zone_writer::domains()[random() %
                                       zone_writer::domains().size()];
            const std::string sender = random() % 2 == 0 ? "a" : "b";
            const auto said =
                check_host({client, sender, made.domain, helo}, zone);
            REQUIRE(said.result == verdict::pass);
            ++passed;
          }
        }
      });
  CHECK(passed > 100);
}

TEST_CASE("evaluate: a name decides where nothing before it may, and for "
          "targets within the listed domain",
          "[spf][evaluation]") {
  struct row {
    const char* record;
    const char* named; ///< "TARGET: what of all is not", in order
  };
  const std::string all{everyone};
  const auto [record, named] = GENERATE(values<row>({
      {"ptr -all", "l.test:"},
      {"ptr", "l.test:"},
      {"ptr:S.l.test -all", "s.l.test:"},
      {"ptr:%{d} -all", "l.test:"},
      {"ptr:s.%{o} -all", "s.l.test:"},
      {"-ip4:10.0.0.0/8 ptr -all", "l.test: -10.0.0.0/8"},
      {"ip4:10.0.0.0/8 ptr ip4:11.0.0.0/8 -all",
       "l.test: -10.0.0.0/8 -11.0.0.0/8"},
      {"ptr:s.l.test -ip4:10.0.0.0/8 ptr -all",
       "s.l.test:; l.test: -10.0.0.0/8"},
      {"ptr ptr", "l.test:"},
      {"include:s.l.test -all", "s.l.test: -10.1.0.0/16"},
      {"redirect=s.l.test", "s.l.test: -10.1.0.0/16"},
      // Of other domains he would name whom he likes.
      {"ptr:test -all", ""},
      {"ptr:com -all", ""},
      {"ptr:xl.test -all", ""},
      {"include:m.test -all", ""},
      // He names nobody by what ends otherwise.
      {"-ptr -all", ""},
      {"~ptr +all", ""},
      {"-include:s.l.test -all", ""},
      {"-all ptr", ""},
      // Before it somebody may have ended otherwise.
      {"-exists:%{i}.x.test ptr -all", ""},
      {"exists:%{i}.x.test ptr -all", ""}, // with a void lookup
      {"?ptr ptr -all", ""},
      {"a:%{l}.x.test ptr -all", ""},
      {"ptr:%{s} ptr -all", ""},
      {"include:e.l.test ptr -all", ""},
      {"include:%{i}.x.test ptr -all", ""},
  }));
  CAPTURE(record);
  const auto made = expansion_of(fmt::format(
      "l.test v=spf1 {}\ns.l.test v=spf1 -ip4:10.1.0.0/16 ptr -all\n"
      "m.test v=spf1 ptr -all\ne.l.test v=spf1 exists:%{{i}}.x.test -all\n",
      record));
  std::string found;
  std::string expected;
  for (const spf::named_clients& each : made.residue.named)
    found += each.target.to_string() + ' ' + listed(each.addresses) + '\n';
  for (std::string_view rest{named}; !rest.empty();) {
    const auto end = std::min(rest.find("; "), rest.size());
    const std::string_view one = rest.substr(0, end);
    const auto colon = one.find(':');
    const std::string networks{one.substr(colon + 1)};
    expected += std::string{one.substr(0, colon)} + ' ' +
                listed(set_of(all + networks) - made.pass) + '\n';
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  CHECK(found == expected);
}

TEST_CASE("evaluate: void is stop, or nothing where there is a permerror",
          "[spf][evaluation]") {
  const auto list_void = rules_with(spf::on_permerror::list_void);
  for_random_zones(
      2001, 30, [&](const std::string& domain, zone_answers& zone) {
        const spf::expansion stopping = expand(domain, zone).result;
        const spf::expansion made = expand(domain, zone, list_void).result;
        CHECK(contradictions(made) == list{});
        CHECK(listed(made.permerror) == listed(stopping.permerror));
        const bool is_void = !made.permerror.empty();
        CHECK(listed(made.temperror) ==
              (is_void ? "" : listed(stopping.temperror)));
        CHECK(listed(made.pass) == (is_void ? "" : listed(stopping.pass)));
      });
}

} // namespace evaluation_twin_test
