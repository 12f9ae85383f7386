#include "core/reports/status_change.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace status_change_test {

using namespace spfblock;
using namespace spfblock::reports;

namespace {

domain_status listing(const std::string& name, std::size_t networks,
                      std::uint64_t ipv4, std::uint64_t ipv6 = 0) {
  domain_status made;
  made.name = name;
  made.condition = domain_condition::fresh;
  made.networks = networks;
  made.ipv4_addresses = ipv4;
  made.ipv6_slash64s = ipv6;
  return made;
}

status_report of(std::vector<domain_status> domains) {
  status_report made;
  made.domains = std::move(domains);
  return made;
}

} // namespace

TEST_CASE("a change tells what came, went, or is another amount",
          "[reports][status_change]") {
  auto allowed = listing("friend.test", 1, 0, 1);
  allowed.role = domains::role::allowed;
  const auto before =
      of({listing("same.test", 1, 256), listing("less.test", 3, 1024),
          listing("gone.test", 2, 512, 7)});
  const auto after =
      of({listing("same.test", 1, 256), listing("less.test", 0, 0),
          listing("new.test", 1, 1), allowed});
  CHECK(change_text(before, after) ==
        "less.test lists nothing (before: 3 networks, 1024 IPv4 addresses)\n"
        "new.test lists 1 network, 1 IPv4 address\n"
        "friend.test allows 1 network, 1 IPv6 network of 64 bits\n"
        "gone.test is not listed any more (before: 2 networks, 512 IPv4 "
        "addresses, 7 IPv6\n    networks of 64 bits)\n");
  CHECK(change_text(after, after).empty());
}

TEST_CASE("a change of a domain says what is wrong with it, or that it waits",
          "[reports][status_change]") {
  auto waiting = listing("new.test", 0, 0);
  waiting.condition = domain_condition::waiting;
  auto gone = listing("none.test", 0, 0);
  gone.condition = domain_condition::gone;
  gone.trouble = "no SPF record";
  CHECK(change_text({}, of({waiting, gone})) ==
        "new.test lists nothing; the first look at it is under way\n"
        "none.test lists nothing; no SPF record\n");
}

TEST_CASE("a name in both roles is two things", "[reports][status_change]") {
  auto allowed = listing("a.test", 1, 1);
  allowed.role = domains::role::allowed;
  CHECK(change_text(of({listing("a.test", 1, 1)}), of({allowed})) ==
        "a.test allows 1 network, 1 IPv4 address\n"
        "a.test is not listed any more (before: 1 network, 1 IPv4 address)\n");
}

} // namespace status_change_test
