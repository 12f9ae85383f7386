// Tests also: canary, verdicts.
#include "core/query_time/canary.hpp"
#include "core/query_time/claim.hpp"
#include "core/query_time/verdicts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

#include <memory>
#include <string>
#include <vector>

namespace claim_test {

using namespace spfblock;
using namespace spfblock::query_time;
using testing::name_of;
using namespace std::chrono_literals;

namespace {

net::ip_address address(std::string_view text) {
  return *net::ip_address::parse(text);
}

net::address_set set(std::string_view network) {
  return net::address_set{*net::ip_prefix::parse(network)};
}

table::listing listing_of(std::string_view domain, std::string_view network,
                          bool on_local_part = false, bool on_helo = false) {
  const std::string name{domain};
  return {name,
          table::action::parse("REJECT {domain}")->bind(name),
          {},
          0,
          std::make_shared<const table::residue>(table::residue{
              name_of(domain), set(network), on_local_part, on_helo})};
}

table::snapshot listed() {
  std::vector<table::listing> all;
  all.push_back(listing_of("a.test", "192.0.0.0/16"));
  all.push_back(listing_of("sub.a.test", "198.51.100.0/24", true));
  all.push_back(listing_of("h.test", "192.0.0.0/16", true, true));
  return table::snapshot{
      std::move(all),
      {},
      std::make_shared<const net::address_set>(set("192.0.3.0/24"))};
}

/// "DOMAIN LOCAL_PART HELO", or nothing.
std::string claim_text(std::string_view client, mail_facts mail) {
  static const table::snapshot table = listed();
  const auto found = claim_of(table, address(client), mail);
  return found ? found->what.domain.to_string() + ' ' + found->what.local_part +
                     ' ' + found->what.helo
               : "";
}

} // namespace

TEST_CASE("claim_of: sender, HELO and client name, in this order",
          "[query_time][claim]") {
  const std::string client = "192.0.2.1";
  CHECK(claim_text(client, {"x@A.test", "y", "unknown"}) == "a.test  ");
  CHECK(claim_text(client, {"x@b.a.test", "y", "unknown"}) == "a.test  ");
  CHECK(claim_text(client, {"x@o.test", "m.a.test", "unknown"}) == "a.test  ");
  CHECK(claim_text(client, {"x@o.test", "y", "m.a.test"}) == "a.test  ");
  CHECK(claim_text(client, {"", "a.test", "unknown"}) == "a.test  ");
  CHECK(claim_text(client, {"X@h.test", "m.a.test", "y"}) ==
        "h.test X m.a.test");
  CHECK(claim_text(client, {"x@a.test", "m.h.test", "y"}) == "a.test  ");
  CHECK(claim_text(client, {"X@o.test", "m.h.test", "y"}) ==
        "h.test postmaster m.h.test");
}

TEST_CASE("claim_of: names in Unicode are those that the DNS has",
          "[query_time][claim]") {
  std::vector<table::listing> all;
  all.push_back(listing_of("xn--mller-kva.test", "192.0.0.0/16", true, true));
  const table::snapshot table{std::move(all)};
  const auto claimed = [&table](mail_facts mail) {
    const auto found = claim_of(table, address("192.0.2.1"), mail);
    return found ? found->what.local_part + ' ' + found->what.helo : "";
  };
  CHECK(claimed({"x@M\u00fcller.test", "y", "unknown"}) == "x y");
  CHECK(claimed({"x@mail.m\u00fcller.test", "y", "unknown"}) == "x y");
  CHECK(claimed({"\u00fc@m\u00fcller\u3002test", "y", ""}) == "\u00fc y");
  CHECK(claimed({"x@o.test", "m.m\u00fcller.test", ""}) ==
        "postmaster m.xn--mller-kva.test");
  CHECK(claimed({"x@o.test", "y", "m.m\u00fcller.test"}) == "postmaster y");
  for (const std::string domain :
       {"m\xfcller.test", "mueller.test", "muller.test", "m\u00fcller.test\xff",
        "\u2603.m\u00fcller.test"})
    CHECK(claimed({"x@" + domain, domain, domain}).empty());
}

TEST_CASE(
    "claim_of: no claim without a listed domain, outside its residue, for "
    "who is allowed, or with texts that are too long",
    "[query_time][claim]") {
  CHECK(claim_text("192.0.2.1", {"x@o.test", "o.test", "unknown"}).empty());
  CHECK(claim_text("192.0.2.1", {"x@xa.test", "test", "."}).empty());
  CHECK(claim_text("192.0.2.1", {"", "", ""}).empty());
  CHECK(claim_text("192.1.2.1", {"x@a.test", "", ""}).empty());
  CHECK(claim_text("192.0.3.1", {"x@a.test", "", ""}).empty());
  CHECK(claim_text("2001:db8::1", {"x@a.test", "", ""}).empty());
  const std::string long_text(longest_texts, 'x');
  CHECK(claim_text("192.0.2.1", {long_text + "@h.test", "h", ""}).empty());
  CHECK(claim_text("192.0.2.1", {"x@h.test", long_text, ""}).empty());
}

TEST_CASE("claim_of: long texts that the record does not depend on keep nobody "
          "from a claim",
          "[query_time][claim]") {
  const std::string long_text(longest_texts + 1, 'x');
  CHECK(claim_text("192.0.2.1", {long_text + "@a.test", "h", ""}) ==
        "a.test  ");
  CHECK(claim_text("192.0.2.1", {"x@a.test", long_text, ""}) == "a.test  ");
  CHECK(claim_text("198.51.100.1", {"x@sub.a.test", long_text, ""}) ==
        "sub.a.test x ");
}

TEST_CASE("claim_of: the nearest listed domain for which the mail decides",
          "[query_time][claim]") {
  CHECK(claim_text("198.51.100.1", {"x@m.sub.a.test", "", ""}) ==
        "sub.a.test x ");
  CHECK(claim_text("192.0.2.1", {"x@m.sub.a.test", "", ""}) == "a.test  ");
}

TEST_CASE("verdicts: known until their time, and bounded whatever is claimed",
          "[query_time][verdicts]") {
  const moment now{1h};
  verdicts known{{100, 1'000'000}};
  const auto of = [](unsigned i) {
    return claim{name_of("a.test"),
                 net::ip_address::ipv4(i),
                 "sender" + std::to_string(i),
                 {}};
  };
  known.put(of(0), verdict::passes, now + 1min);
  CHECK(known.find(of(0), now) == verdict::passes);
  CHECK(known.find(of(0), now + 1min) == std::nullopt);
  CHECK(known.find(of(1), now) == std::nullopt);
  known.put(of(0), verdict::does_not, now + 1h);
  CHECK(known.find(of(0), now + 1min) == verdict::does_not);

  for (unsigned i = 0; i < 1'000'000; ++i) {
    known.put(of(i), verdict::open, now + 1h);
    if (known.size() > 200)
      FAIL("more than two generations");
  }
  CHECK(known.find(of(999'999), now) == verdict::open);
  CHECK(known.find(of(999'900), now) == verdict::open);
  CHECK(known.find(of(0), now) == std::nullopt);

  verdicts by_octets{{1'000'000, 10'000}};
  for (unsigned i = 0; i < 1000; ++i)
    by_octets.put(of(i), verdict::open, now + 1h);
  CHECK(by_octets.size() * of(0).octets() < 25'000);
}

TEST_CASE("nobody_of: an address for documentation, else a reserved one",
          "[query_time][canary]") {
  const auto ipv4 = net::address_set::everything(net::family::ipv4);
  const auto ipv6 = net::address_set::everything(net::family::ipv6);
  const auto none = nobody_of(ipv6, net::family::ipv4, 7);
  CHECK(none == std::nullopt);
  for (const std::uint32_t random : {0U, 1U, 77U, 0xffffffffU}) {
    const auto a = nobody_of(ipv4, net::family::ipv4, random);
    REQUIRE(a);
    CHECK(set("192.0.2.0/24").contains(*a));
    const auto b = nobody_of(ipv6, net::family::ipv6, random);
    REQUIRE(b);
    CHECK(set("2001:db8::/32").contains(*b));
    const auto c = nobody_of(ipv4 - set("192.0.2.0/24") -
                                 set("198.51.100.0/24") - set("203.0.113.0/24"),
                             net::family::ipv4, random);
    REQUIRE(c);
    CHECK(set("0.0.0.0/8").contains(*c));
  }
}

} // namespace claim_test
