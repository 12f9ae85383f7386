// Tests also: run_counts.
#include "core/spf/network_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace network_run_test {

using namespace spfblock;
using testing::listed;

namespace {

using net::family;

struct network {
  net::ip_prefix prefix;
  bool passes = false;
};

/// Cohorts within 10.0.0.0/26 and 2001:db8::/122.
class chance {
public:
  explicit chance(unsigned seed) : random_{seed} {}

  unsigned below(unsigned bound) {
    return static_cast<unsigned>(random_() % bound);
  }

  net::ip_prefix prefix() {
    const bool is_ipv4 = below(2) == 0;
    const auto address =
        is_ipv4 ? net::ip_address::ipv4(0x0a000000 + below(64))
                : net::ip_address::ipv6((net::uint128{0x20010db8} << 96U) +
                                        below(64));
    const unsigned shortest = below(20) == 0 ? 0 : 7;
    const unsigned host_bits = below(8 - shortest);
    return net::ip_prefix::containing(
        address, below(40) == 0 ? 0 : (is_ipv4 ? 32 : 128) - host_bits);
  }

  spf::cohorts undecided() {
    auto rest = spf::cohorts::everybody();
    spf::cohorts made;
    for (unsigned i = below(6); i > 0; --i) {
      auto part = rest.extract(prefix());
      part.count(below(3), below(2));
      made.add(std::move(part));
    }
    if (below(2) == 0)
      made.add(std::move(rest));
    return made;
  }

private:
  std::mt19937 random_;
};

std::string text_of(const spf::cohorts& of) {
  std::vector<std::string> lines;
  for (const spf::cohort& each : of.members())
    lines.push_back(std::to_string(each.dns_terms) + '/' +
                    std::to_string(each.void_lookups) + ' ' +
                    listed(each.addresses) + '\n');
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& each : lines)
    text += each;
  return text;
}

/// One term after the other: the slow twin.
struct one_by_one {
  spf::cohorts undecided;
  spf::cohorts passed = {};
  spf::cohorts refused = {};
  std::string shares = {};
  std::string counts = {}; ///< at each term

  void apply(std::size_t term, const network& what) {
    if (undecided.empty())
      return;
    counts += std::to_string(term) + ' ' +
              std::to_string(undecided.most_dns_terms()) + '/' +
              std::to_string(undecided.most_void_lookups()) + '\n';
    auto matched = undecided.extract(what.prefix);
    if (!matched.empty())
      shares += std::to_string(term) + ' ' + listed(matched.addresses()) + '\n';
    (what.passes ? passed : refused).add(std::move(matched));
  }
};

} // namespace

TEST_CASE("network_run: decides as its terms do one by one",
          "[spf][network_run]") {
  std::size_t ended = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    chance by{seed};
    const auto everybody = by.undecided();
    one_by_one twin{everybody};
    spf::network_run run;
    std::vector<network> networks;
    for (unsigned count = by.below(40); count > 0; --count)
      networks.push_back({by.prefix(), by.below(2) == 0});
    for (std::size_t i = 0; i < networks.size(); ++i) {
      twin.apply(7 + i, networks[i]);
      run.add(networks[i].prefix, 7 + i, networks[i].passes);
    }

    auto left = everybody;
    std::uint64_t work = 0;
    const auto made = run.take_from(left, work);
    CAPTURE(seed);
    REQUIRE(text_of(left) == text_of(twin.undecided));
    REQUIRE(text_of(made.passed) == text_of(twin.passed));
    REQUIRE(text_of(made.refused) == text_of(twin.refused));
    std::string shares;
    for (const auto& each : made.shares)
      shares += std::to_string(each.term) + ' ' +
                listed(each.whom.addresses()) + '\n';
    REQUIRE(shares == twin.shares);

    std::string counts;
    for (std::size_t term = 7; term < 7 + networks.size(); ++term) {
      unsigned dns_terms = left.most_dns_terms();
      unsigned void_lookups = left.most_void_lookups();
      bool anybody = !left.empty();
      for (const auto& each : made.endings) {
        if (each.term < term)
          continue;
        anybody = true;
        dns_terms = std::max(dns_terms, each.dns_terms);
        void_lookups = std::max(void_lookups, each.void_lookups);
      }
      if (anybody)
        counts += std::to_string(term) + ' ' + std::to_string(dns_terms) + '/' +
                  std::to_string(void_lookups) + '\n';
    }
    REQUIRE(counts == twin.counts);
    ended += made.endings.empty() ? 0U : 1U;
  }
  CHECK(ended > 150);
}

TEST_CASE("network_run: takes whole families, to their last addresses",
          "[spf][network_run]") {
  spf::network_run run;
  run.add(net::ip_prefix::everything(family::ipv6), 3, false);
  run.add(*net::ip_prefix::parse("255.255.255.255/32"), 1, true);
  run.add(net::ip_prefix::everything(family::ipv4), 2, false);
  auto everybody = spf::cohorts::everybody();
  std::uint64_t work = 0;
  const auto made = run.take_from(everybody, work);
  CHECK(everybody.empty());
  CHECK(listed(made.passed.addresses()) == "255.255.255.255/32");
  REQUIRE(made.shares.size() == 3);
  CHECK(made.shares[0].term == 1);
  REQUIRE(made.endings.size() == 2);
  CHECK(made.endings[0].term == 2);
  CHECK(made.endings[1].term == 3);
}

TEST_CASE("network_run: costs no more than a few times its networks, wherever "
          "they are",
          "[spf][network_run][work]") {
  const auto work_of = [](unsigned count) {
    spf::network_run run;
    for (unsigned i = 0; i < count; ++i)
      run.add(net::ip_prefix::containing(
                  net::ip_address::ipv4((i * 2654435761U) | 1U), 32),
              i, i % 2 == 0);
    auto everybody = spf::cohorts::everybody();
    std::uint64_t work = 0;
    CHECK(run.take_from(everybody, work).shares.size() > count * 9 / 10);
    return work;
  };
  CHECK(work_of(5000) < 5000 * 40);
  CHECK(work_of(50'000) < 12 * work_of(5000));
}

} // namespace network_run_test
