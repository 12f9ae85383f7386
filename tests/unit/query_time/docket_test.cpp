#include "core/query_time/docket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <unordered_set>
#include <vector>

namespace docket_test {

using namespace spfblock;
using namespace spfblock::query_time;
using namespace std::chrono_literals;
using spf::host_result;
using testing::name_of;

namespace {

constexpr moment start{1000h};

table::residue everybody_of(const dns::name& domain) {
  return {domain,
          net::address_set::everything(net::family::ipv4) |
              net::address_set::everything(net::family::ipv6),
          true, true};
}

claim claim_of(unsigned client, std::string_view domain = "a.test") {
  return {name_of(domain), net::ip_address::ipv4(0x2e000000 + client), "x",
          "h.test"};
}

spf::host_check checked(host_result of, unsigned ttl = 300,
                        std::size_t questions = 3) {
  spf::host_check made;
  made.result = of;
  made.ttl = ttl;
  made.questions = questions;
  return made;
}

/// A docket, at a time.
struct fixture {
  explicit fixture(docket::limits most = {}) : of{most, [] { return 5U; }} {}

  docket::effect want(const claim& what) {
    return of.wanted(what, everybody_of(what.domain), now);
  }
  docket::effect end(std::uint64_t number, const spf::host_check& made) {
    return of.ended(number, made, now);
  }
  /// The domain has answered about its canary.
  void trust(std::string_view domain = "a.test") {
    auto first = want(claim_of(0, domain));
    auto then = end(first.begin.at(0).number, checked(host_result::fail));
    end(then.begin.at(0).number, checked(host_result::fail));
  }

  docket of;
  moment now = start;
};

} // namespace

TEST_CASE("docket: a domain is asked about an address that is nobody's before "
          "its claims count",
          "[query_time][docket]") {
  fixture f;
  const auto first = f.want(claim_of(1));
  REQUIRE(first.begin.size() == 1);
  CHECK(first.begin[0].of.client == *net::ip_address::parse("192.0.2.5"));
  CHECK(first.begin[0].of.local_part == "x");
  CHECK(first.begin[0].of.helo == "h.test");
  CHECK(first.know.at(0).said == verdict::sought);
  CHECK(f.want(claim_of(2)).begin.empty());

  const auto then = f.end(first.begin[0].number, checked(host_result::fail));
  REQUIRE(then.begin.size() == 2);
  CHECK(then.begin[0].of.client == claim_of(1).client);
  CHECK(then.begin[1].of.client == claim_of(2).client);
  const auto known = f.end(then.begin[1].number, checked(host_result::pass));
  REQUIRE(known.know.size() == 1);
  CHECK(known.know[0].of == claim_of(2));
  CHECK(known.know[0].said == verdict::passes);
  CHECK(known.know[0].until == start + 300s);
  CHECK(f.want(claim_of(3)).begin.size() == 1);
}

TEST_CASE("docket: who authorises everybody authorises nobody, until he is "
          "found otherwise",
          "[query_time][docket]") {
  fixture f;
  const auto first = f.want(claim_of(1));
  const auto then = f.end(first.begin.at(0).number, checked(host_result::pass));
  CHECK(then.begin.empty());
  CHECK(then.everybody == std::vector{name_of("a.test")});
  CHECK(then.know.at(0).said == verdict::does_not);
  CHECK(f.of.passes_everybody(name_of("a.test")));
  CHECK(f.of.passing_everybody() == std::unordered_set{name_of("a.test")});
  CHECK(f.want(claim_of(2)).know.at(0).said == verdict::does_not);
  CHECK(f.want(claim_of(2, "b.test")).begin.size() == 1);

  // He is asked again when that is over; it is told once.
  f.now += 301s;
  const auto again = f.want(claim_of(3));
  CHECK(f.end(again.begin.at(0).number, checked(host_result::pass))
            .everybody.empty());
  f.now += 301s;
  const auto last = f.want(claim_of(3));
  const auto better =
      f.end(last.begin.at(0).number, checked(host_result::fail));
  CHECK(better.no_more == std::vector{name_of("a.test")});
  CHECK(better.begin.size() == 1);
  CHECK_FALSE(f.of.passes_everybody(name_of("a.test")));
  CHECK(f.of.passing_everybody().empty());
}

TEST_CASE("docket: a domain that has no such address to ask about is not "
          "believed",
          "[query_time][docket]") {
  fixture f;
  const claim what = claim_of(1);
  const auto made = f.of.wanted(
      what,
      {what.domain, net::address_set{*net::ip_prefix::parse("46.0.0.0/16")},
       false, false},
      f.now);
  CHECK(made.begin.empty());
  CHECK(made.know.at(0).said == verdict::does_not);
  CHECK(made.everybody.size() == 1);
}

TEST_CASE("docket: a result holds as long as the DNS says, within bounds",
          "[query_time][docket]") {
  struct row {
    host_result result;
    unsigned ttl;
    verdict said;
    std::chrono::seconds holds;
  };
  const auto [said_by_dns, ttl, said, holds] = GENERATE(values<row>({
      {host_result::pass, 0, verdict::passes, 60s},
      {host_result::pass, 90, verdict::passes, 90s},
      {host_result::pass, 604800, verdict::passes, 3600s},
      {host_result::fail, 90, verdict::does_not, 90s},
      {host_result::permerror, 90, verdict::does_not, 90s},
      {host_result::none, 90, verdict::does_not, 90s},
      {host_result::temperror, 900, verdict::open, 60s},
  }));
  fixture f;
  f.trust();
  const auto begun = f.want(claim_of(1));
  const auto made = f.end(begun.begin.at(0).number, checked(said_by_dns, ttl));
  CHECK(made.know.at(0).said == said);
  CHECK(made.know.at(0).until == f.now + holds);
}

TEST_CASE("docket: what takes too long is given up, and its end ignored",
          "[query_time][docket]") {
  fixture f;
  f.trust();
  const auto begun = f.want(claim_of(1));
  CHECK(f.of.next() == start + 20s);
  f.now += 19s;
  CHECK(f.of.give_up(f.now).given_up.empty());
  f.now += 1s;
  const auto given_up = f.of.give_up(f.now);
  CHECK(given_up.given_up == std::vector{begun.begin.at(0).number});
  CHECK(given_up.know.at(0).said == verdict::open);
  CHECK(given_up.know.at(0).until == f.now + 60s);
  CHECK(f.of.under_way() == 0);
  CHECK(
      f.end(begun.begin.at(0).number, checked(host_result::pass)).know.empty());
}

TEST_CASE("docket: checks at once and questions a minute are bounded, of a "
          "domain and of all",
          "[query_time][docket]") {
  docket::limits most;
  most.at_once = 10;
  most.at_once_of_domain = 4;
  most.questions_a_minute = 1000;
  most.questions_a_minute_of_domain = 100;
  fixture f{most};
  for (const char* domain : {"a.test", "b.test", "c.test"})
    f.trust(domain);
  std::size_t begun = 0;
  std::vector<std::uint64_t> numbers;
  for (unsigned i = 1; i <= 100; ++i) {
    const auto made = f.want(claim_of(i));
    for (const auto& each : made.begin)
      numbers.push_back(each.number);
    begun += made.begin.size();
    REQUIRE(made.know.at(0).said ==
            (made.begin.empty() ? verdict::open : verdict::sought));
    REQUIRE(made.know.at(0).until == f.now + (made.begin.empty() ? 5s : 20s));
  }
  CHECK(begun == 4);
  for (unsigned i = 1; i <= 100; ++i) {
    begun += f.want(claim_of(i, "b.test")).begin.size();
    begun += f.want(claim_of(i, "c.test")).begin.size();
  }
  CHECK(begun == 10);

  // One that asks much has to wait; then a minute gives as much again.
  f.end(numbers.at(0), checked(host_result::fail, 300, 200));
  CHECK(f.want(claim_of(200)).begin.empty());
  f.now += 30s;
  CHECK(f.want(claim_of(201)).begin.empty());
  f.now += 60s;
  CHECK(f.want(claim_of(202)).begin.size() == 1);
}

TEST_CASE("docket: claims that waited for a canary begin where there is room",
          "[query_time][docket]") {
  docket::limits most;
  most.at_once = 4;
  fixture f{most};
  std::vector<std::uint64_t> canaries;
  for (const char* domain : {"a.test", "b.test"})
    for (unsigned i = 1; i <= 6; ++i)
      for (const auto& each : f.want(claim_of(i, domain)).begin)
        canaries.push_back(each.number);
  REQUIRE(canaries.size() == 2);
  const auto then = f.end(canaries[0], checked(host_result::fail));
  CHECK(then.begin.size() == 3); // the other canary is under way
  REQUIRE(then.know.size() == 3);
  for (const auto& each : then.know)
    CHECK((each.said == verdict::open && each.until == f.now + 5s));
  CHECK(f.end(canaries[1], checked(host_result::fail)).begin.size() == 1);
  CHECK(f.of.under_way() == 4);
  CHECK(f.of.counted().over_budget == 8);
}

TEST_CASE("docket: a million senders cost no more than is under way",
          "[query_time][docket]") {
  fixture f;
  std::size_t begun = 0;
  for (unsigned i = 0; i < 1'000'000; ++i)
    begun += f.want(claim_of(i)).begin.size();
  CHECK(begun == 1);
  CHECK(f.of.under_way() == 1);
}

TEST_CASE("docket: what was under way before everything was forgotten is "
          "ignored",
          "[query_time][docket]") {
  fixture f;
  const auto first = f.want(claim_of(1));
  f.of.clear();
  const auto late = f.end(first.begin.at(0).number, checked(host_result::pass));
  CHECK(late.know.empty());
  CHECK(late.everybody.empty());
  CHECK(f.of.next() == std::nullopt);
  CHECK(f.want(claim_of(1)).begin.size() == 1);
}

TEST_CASE("docket: counts checks by how they end, canaries, and what there was "
          "no room for",
          "[query_time][docket]") {
  docket::limits most;
  most.at_once_of_domain = 2;
  fixture f{most};
  f.trust(); // a canary, and a check that did not pass
  std::vector<std::uint64_t> numbers;
  for (const unsigned client : {1U, 2U, 3U}) {
    for (const auto& each : f.want(claim_of(client)).begin)
      numbers.push_back(each.number);
  }
  REQUIRE(numbers.size() == 2);
  f.end(numbers[0], checked(host_result::pass));
  f.end(numbers[1], checked(host_result::temperror));
  f.want(claim_of(4));
  f.now += 20s;
  static_cast<void>(f.of.give_up(f.now));
  CHECK(f.of.counted() == check_totals{1, 1, 2, 1, 1});
  f.of.clear();
  CHECK(f.of.counted().ended() == 4);
}

} // namespace docket_test
