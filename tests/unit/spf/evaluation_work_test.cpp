// What an evaluation may cost, whatever a record says.
#include "core/spf/account.hpp"
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contradictions.hpp"
#include "tests/support/costly_records.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

namespace evaluation_work_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

spf::rules with_work(std::uint64_t work) {
  spf::rules made;
  made.work = work;
  return made;
}

/// Carves itself in cohorts, then goes through many terms.
std::string costly(const std::string& then) {
  std::string zone = "l.test v=spf1 ip4:45.0.4.0/22 include:p.test" +
                     terms(20, "ip4:46.0.0.#") + then +
                     "\np.test v=spf1 -mx:m1.test -mx:m2.test ?all";
  for (unsigned i = 1; i <= 2; ++i) {
    const std::string number = std::to_string(i);
    zone += "\nm" + number + ".test MX 1 h" + number + ".test\nh" + number +
            ".test AAAA 2001:db8::" + number;
    zone += lines(50, "h" + number + ".test A 10." + number + ".#.1");
  }
  return zone;
}

} // namespace

TEST_CASE("evaluate: over the work the undecided end in error",
          "[spf][evaluation][work]") {
  const std::string zone = costly(" ip4:47.0.0.0/24 redirect=q.test") +
                           "\nq.test v=spf1 ip4:48.0.0.0/24";
  const auto whole = expansion_of(zone);
  CHECK(listed(whole.pass).find("48.0.0.0/24") != std::string::npos);
  CHECK(whole.permerror.empty());

  bool some_is_left = false;
  for (std::uint64_t work = whole.work; work > 0; work = work * 3 / 4) {
    const auto cut = expansion_of(zone, with_work(work - 1));
    CAPTURE(work);
    CHECK(contradictions(cut).empty());
    CHECK((cut.pass - whole.pass).empty());
    // Who was decided before stays so, the others are told why.
    CHECK((whole.pass - cut.pass - cut.permerror).empty());
    if (cut.permerror.empty())
      continue;
    const auto told = remarks(cut);
    REQUIRE_FALSE(told.empty());
    CHECK(
        told.front().find(": permerror: over the work an expansion may cost") !=
        std::string::npos);
    some_is_left = some_is_left || !cut.pass.empty();
  }
  CHECK(some_is_left);
  CHECK(expansion_of(zone, with_work(0)).pass.empty());
}

TEST_CASE("evaluate: where errors are passed over nothing more is matched",
          "[spf][evaluation][work]") {
  const std::string zone = costly(" ip4:47.0.0.0/24");
  // As much as it costs to read the record, and to match the first term.
  auto by = with_work(2 * (zone.find('\n') - 7) + 8);
  by.on_permerror = spf::on_permerror::skip;
  const auto cut = expansion_of(zone, by);
  CHECK(listed(cut.pass) == "45.0.4.0/22");
  CHECK(cut.permerror.empty());
  CHECK(cut.records.size() == 1);
}

TEST_CASE("evaluate: what an evaluation costs is bounded",
          "[spf][evaluation][work]") {
  constexpr std::uint64_t most = 20'000;
  std::size_t over = 0;
  for (unsigned number = 0; number < 60; ++number) {
    auto made = costly_record(number, 0.01);
    CAPTURE(number, made.shape);
    auto by = with_work(most);
    by.widest_ipv4 = 16;
    by.widest_ipv6 = 32;
    const auto domain = name_of("l.test");
    const auto result = spf::evaluate(domain, made.answers, by);
    CHECK(result.missing.empty());
    spf::parsed_records parsed;
    CHECK(
        spf::missing_answers(domain, made.answers, by, parsed).missing.empty());
    CHECK(contradictions(result).empty());
    // One term more, and what becomes of it on the way back.
    CHECK(result.work < 20 * most);
    over += result.work > most ? 1 : 0;
  }
  CHECK(over > 10);
}

namespace {

/// l.test with eleven records of 65,535 octets, one behind the other, and a
/// network of its own at the end of the last one.
spf::expansion eleven_full(const std::string& lead,
                           const std::function<std::string(unsigned)>& term,
                           const spf::rules& by) {
  dns::answer_store answers;
  unsigned number = 0;
  for (unsigned i = 0; i <= 10; ++i) {
    const std::string on =
        i == 10 ? " ip4:45.0.4.0/22" : fmt::format(" {}r{}.test", lead, i + 1);
    dns::answer given;
    given.status = dns::answer_status::records;
    std::string& record = given.texts.emplace_back("v=spf1");
    for (;;) {
      const std::string more = ' ' + term(number++);
      if (record.size() + more.size() + on.size() > 65'535)
        break;
      record += more;
    }
    record += on;
    answers.put({name_of(i == 0 ? "l.test" : fmt::format("r{}.test", i)),
                 dns::rr_type::txt},
                std::move(given));
  }
  return spf::evaluate(name_of("l.test"), answers, by);
}

} // namespace

TEST_CASE(
    "evaluate: nobody gets off the list by as many terms as eleven records "
    "of 64 KiB hold",
    "[spf][evaluation][work]") {
  const auto spread = [](unsigned n) { return n * 2654435761U; };
  const auto ipv4 = [&](unsigned n) {
    return net::ip_address::ipv4(spread(n) | 1U).to_string();
  };
  const std::vector<std::function<std::string(unsigned)>> paddings{
      [](unsigned) { return "ip6:::"; },
      [](unsigned) { return "x="; },
      [](unsigned n) { return n % 2 == 0 ? "a=" : "-ip6:::"; },
      [](unsigned) { return "all"; },
      [](unsigned n) { return n % 2 == 0 ? "all" : "ip6:1::"; },
      [&](unsigned n) { return "?ip4:" + ipv4(n); },
      [&](unsigned n) {
        return std::string(1, "+-?~"[n % 4]) + "ip4:" + ipv4(n);
      },
      [&](unsigned n) {
        return n % 2 == 0 ? "-ip4:" + ipv4(n)
                          : fmt::format("?ip6:{:x}:{:x}::", 1 + n % 65'000, n);
      },
      [&](unsigned n) { return fmt::format("?ip6:{:x}::", spread(n) >> 16U); },
  };
  spf::rules by;
  by.widest_ipv4 = 16;
  by.widest_ipv6 = 32;
  by.dns_queries = 300;
  by.depth = 20;
  for (const char* lead : {"redirect=", "include:"}) {
    for (std::size_t i = 0; i < paddings.size(); ++i) {
      CAPTURE(lead, i);
      const bool has_all = paddings[i](0) == "all";
      if (has_all && lead[0] == 'r')
        continue; // then no redirect= is followed
      const auto made = eleven_full(lead, paddings[i], by);
      CHECK(made.records.size() == 11);
      CHECK(made.permerror.empty());
      CHECK(made.pass.contains(*net::ip_address::try_parse("45.0.5.1")));
      CHECK(made.work < spf::work_limit / 5);
      CHECK(made.terms.size() <= spf::terms_told_limit + 11);
    }
  }
}

TEST_CASE("evaluate: large honest records cost a small part of the work",
          "[spf][evaluation][work]") {
  std::string many = "l.test v=spf1";
  for (unsigned i = 0; i < 3000; ++i)
    many += " ip4:" + std::to_string(20 + i / 200) + "." +
            std::to_string(i % 200) + ".0.0/24";
  CHECK(expansion_of(many + " -all").work < spf::work_limit / 50);

  std::string includes = "l.test v=spf1" + terms(10, "include:p#.test");
  for (unsigned i = 1; i <= 10; ++i)
    includes += "\np" + std::to_string(i) + ".test v=spf1" +
                terms(100, "ip4:" + std::to_string(30 + i) + ".0.#.0/24") +
                terms(100, "ip6:2001:db8:" + std::to_string(i) + ":#::/64") +
                " ~all";
  CHECK(expansion_of(includes + " -all").work < spf::work_limit / 100);
}

TEST_CASE("evaluate: an all that is too wide is told once for everybody",
          "[spf][evaluation][work]") {
  spf::rules by;
  by.widest_ipv4 = 16;
  by.widest_ipv6 = 32;
  const auto work = [&](unsigned alls) {
    return expansion_of(
               "l.test v=spf1 -ip4:10.0.0.1 include:m.test redirect=m.test\n"
               "m.test v=spf1" +
                   terms(alls, "all"),
               by)
        .work;
  };
  CHECK(work(500) < work(1) + 500 * 10); // what parsing costs, mostly
  // Who does not come by the first one meets the second.
  const auto two = expansion_of("l.test v=spf1 include:m.test all\n"
                                "m.test v=spf1 -ip4:10.0.0.1 all",
                                by);
  net::address_set told;
  for (const spf::grant& each : two.too_wide)
    told |= each.addresses;
  CHECK(listed(told) == everyone);
}

} // namespace evaluation_work_test
