// Tests also: objection.
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_sets.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace domain_book_limits_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

config::settings
with_limits(const std::function<void(config::limit_settings&)>& set) {
  config::settings made = settings_of({"a.example"});
  set(made.domains[0].limits.edit());
  return made;
}

spf::expansion of_a(std::string_view networks) {
  return expanded("a.example", networks);
}

/// `count` times /24, from 45.0.0.0 on, none beside another.
std::string slash24s(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += "45." + std::to_string(i / 128) + '.' +
            std::to_string(i % 128 * 2) + ".0/24 ";
  return text;
}

/// The network with that many hosts.
std::string hosts(unsigned bits) {
  return "45.0.0.0/" + std::to_string(32 - bits);
}

} // namespace

TEST_CASE("what narrow networks add up to is refused, those beside it stay",
          "[table][domain_book][limits]") {
  std::string everything;
  for (int i = 0; i < 256; ++i)
    everything += std::to_string(i) + ".0.0.0/8 ";
  struct row {
    std::string claim;
    std::string networks;
    std::string listed;
  };
  const std::vector<row> rows{
      {"256 times /8", everything + "2a01:100::/56", "2a01:100::/56"},
      {"two /16 that make a /15", "45.0.0.0/16 45.1.0.0/16 46.0.0.0/24",
       "45.0.0.0/16 46.0.0.0/24"},
      {"two /16 that do not", "45.1.0.0/16 45.2.0.0/16 46.0.0.0/24",
       "45.1.0.0/16 45.2.0.0/16 46.0.0.0/24"},
      {"two IPv6 halves", "2a01:100::/33 2a01:100:8000::/33 2a01:101::/56",
       "2a01:100::/33 2a01:101::/56"},
  };
  for (const row& each : rows) {
    CAPTURE(each.claim);
    config::settings settings = settings_of({"a.example"});
    settings.domains[0].limits.edit().widest_ipv6 = 33;
    settings.domains[0].limits.edit().growth = std::nullopt;
    book_fixture f{settings};
    const auto led_to = f.look(naming("a.example", each.networks));
    CHECK(f.lists(each.listed));
    const bool refuses = each.networks != each.listed;
    CHECK(lines_of(led_to, "refused by a limit").empty() != refuses);
    CHECK(f.page().refusals->empty() != refuses);
    // Told once.
    CHECK(told(f.look(naming("a.example", each.networks))).empty());
  }
}

TEST_CASE("what is allowed does not count against the limits",
          "[table][domain_book][limits]") {
  config::settings settings =
      with_limits([](auto& limits) { limits.ipv4_addresses = 256; });
  settings.allow.networks = {{*net::ip_prefix::parse("45.0.0.0/8")}};
  book_fixture f{settings};
  f.look(of_a("45.0.0.0/16 46.0.0.0/24"));
  CHECK(f.lists("46.0.0.0/24"));
}

TEST_CASE("over a total the rest is listed, fresh, and it is told once",
          "[table][domain_book][limits]") {
  using change = std::function<void(config::limit_settings&)>;
  struct row {
    std::string limit;
    change set;
    std::string within; ///< exactly at the limit
    std::string over;
    std::string rest;
  };
  const std::vector<row> rows{
      {"ipv4_addresses", [](auto& l) { l.ipv4_addresses = 256; },
       "45.0.0.0/24 2a01::/56", "45.0.0.0/24 45.0.2.0/32 2a01::/56",
       "45.0.2.0/32 2a01::/56"},
      {"ipv6_slash64s", [](auto& l) { l.ipv6_slash64s = 256; },
       "45.0.0.0/24 2a01::/56", "45.0.0.0/24 2a01::/56 2a01:0:0:200::1/128",
       "45.0.0.0/24 2a01:0:0:200::1/128"},
      {"networks", [](auto& l) { l.networks = 3; },
       "45.0.0.0/24 45.0.2.0/24 2a01::/56",
       "45.0.0.0/24 45.0.2.0/24 45.0.4.0/25 2a01::/56",
       "45.0.0.0/24 45.0.2.0/24 2a01::/56"},
  };
  for (const row& each : rows) {
    CAPTURE(each.limit);
    book_fixture f{with_limits(each.set)};
    const auto led_to = f.look(of_a(each.over));
    CHECK(f.lists(each.rest));
    CHECK(told(led_to) == "listing changed; !refused by a limit");
    CHECK(lines_of(led_to, "refused").find("limit=" + each.limit + ' ') !=
          std::string::npos);
    REQUIRE(f.page().refusals->size() == 1);
    CHECK((*f.page().refusals)[0].limit == each.limit);
    CHECK(f.page().good_at == f.now.steady);
    CHECK(told(f.look(of_a(each.over))).empty());

    f.look(of_a(each.within));
    CHECK(f.lists(each.within));
    CHECK(f.page().refusals->empty());
  }
}

TEST_CASE("over the total of all domains the largest is cut first",
          "[table][domain_book][limits]") {
  config::settings settings =
      settings_of({"a.example", "b.example", "c.example"});
  settings.limits.total.ipv4_addresses = 2304;
  settings.limits.growth_wait = 2h;
  book_fixture f{settings};
  f.take_due();
  f.settle(naming("a.example", "44.0.0.0/21 45.0.0.0/24"));
  f.settle(naming("b.example", "46.0.0.0/24"));
  CHECK(f.lists("45.0.0.0/24"));
  CHECK(f.lists("46.0.0.0/24", 1));

  const auto led_to = f.settle(naming("c.example", "47.0.0.0/22 48.0.0.0/22"));
  CHECK(f.lists("45.0.0.0/24"));
  CHECK(f.lists("46.0.0.0/24", 1));
  CHECK(f.lists("47.0.0.0/22", 2));
  CHECK(
      lines_of(led_to, "refused")
          .ends_with(
              "refused by a limit domain=c.example limit=total.ipv4_addresses "
              "found=2048 allowed=1792 refused=48.0.0.0/22 kept=1\n"));

  SECTION("and gets it back a while after there is room") {
    f.look(naming("a.example", "45.0.0.0/24"));
    CHECK(f.lists("47.0.0.0/22", 2));
    f.pass(2h);
    f.look(naming("b.example", ""));
    CHECK(f.lists("47.0.0.0/22 48.0.0.0/22", 2));
  }
  SECTION("or at once by a new configuration") {
    settings.limits.total.ipv4_addresses = std::nullopt;
    f.apply(settings);
    CHECK(f.lists("44.0.0.0/21 45.0.0.0/24"));
    CHECK(f.lists("47.0.0.0/22 48.0.0.0/22", 2));
  }
  SECTION("or when it is removed") {
    settings.domains.erase(settings.domains.begin());
    f.apply(settings);
    CHECK(f.lists("46.0.0.0/24"));
    CHECK(f.lists("47.0.0.0/22 48.0.0.0/22", 1));
  }
}

TEST_CASE("the networks of all domains are bounded, too",
          "[table][domain_book][limits]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.limits.total.networks = 6;
  book_fixture f{settings};
  f.take_due();
  f.settle(naming("b.example", "46.0.0.0/24 46.1.0.0/24"));
  f.settle(naming("a.example",
                  "45.0.0.0 45.0.0.2 45.0.0.4 45.0.0.6 45.1.0.0/24 "
                  "45.2.0.0/24"));
  CHECK(f.lists("45.0.0.0 45.0.0.2 45.1.0.0/24 45.2.0.0/24"));
  CHECK(f.lists("46.0.0.0/24 46.1.0.0/24", 1));
}

TEST_CASE("domains that are equal, and a little over a total, lose a little",
          "[table][domain_book][limits]") {
  const auto hosts = [](std::string_view domain, unsigned count) {
    std::string networks;
    for (unsigned i = 0; i < count; ++i)
      networks += " 45.0.0." + std::to_string(2 * i);
    return expanded(domain, networks);
  };
  config::settings settings =
      settings_of({"a.example", "b.example", "c.example"});
  settings.limits.total.networks = 300;
  book_fixture f{settings};
  f.take_due();
  f.settle(hosts("a.example", 101));
  f.settle(hosts("b.example", 101));
  f.settle(hosts("c.example", 101));
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(f.page(i).effective->prefix_count() == 100);
}

namespace {

/// Domains "d0.example" and so on, and what all of them list.
struct crowd : book_fixture {
  crowd(unsigned count, std::uint64_t total)
      : book_fixture{settings_for(count, total)},
        size{count} {
    take_due();
  }

  static config::settings settings_for(unsigned count, std::uint64_t total) {
    std::vector<std::string> names;
    for (unsigned i = 0; i < count; ++i)
      names.push_back(name(i));
    config::settings made = settings_of(names);
    made.limits.total.ipv4_addresses = total;
    for (config::domain_entry& each : made.domains)
      each.limits.edit().growth = std::nullopt;
    return made;
  }

  static std::string name(unsigned number) {
    return 'd' + std::to_string(number) + ".example";
  }

  [[nodiscard]] std::uint64_t listed() {
    std::uint64_t all = 0;
    for (unsigned i = 0; i < size; ++i)
      all += page(i).effective->ipv4_count();
    return all;
  }

  unsigned size;
};

} // namespace

TEST_CASE("what whole networks leave of a share the next domain has",
          "[table][domain_book][limits]") {
  // One network more than fits, and none that fits into the share of one.
  crowd f{9, 8 * 256};
  const auto record = [](unsigned number, unsigned length) {
    const std::string first = "45." + std::to_string(number) + ".0.";
    std::string networks;
    for (unsigned i = 0; i < 256; i += 1U << (32 - length))
      networks +=
          ' ' + first + std::to_string(i) + '/' + std::to_string(length);
    return naming(crowd::name(number), networks);
  };
  for (unsigned i = 0; i < 9; ++i)
    f.settle(record(i, 24));
  CHECK(f.listed() >= 7 * 256);
  CHECK(f.listed() <= 8 * 256);
  // Who had too wide ones for his share has not, and takes it: others give way.
  for (unsigned i = 0; i < 9; ++i) {
    f.look(record(i, 26));
    CHECK(f.listed() <= 8 * 256);
  }
  CHECK(f.listed() >= 9 * 192);
}

TEST_CASE("all domains together list no more than the total, whatever they do",
          "[table][domain_book][limits]") {
  constexpr unsigned count = 8;
  constexpr std::uint64_t total = 10'000;
  crowd f{count, total};
  std::mt19937 random{6};
  const auto record = [&random](unsigned number, unsigned most) {
    std::string networks;
    for (unsigned i = below(random, most); i-- > 0;)
      networks += " 45." + std::to_string(number) + '.' +
                  std::to_string(16 * below(random, 16)) + ".0/" +
                  std::to_string(20 + below(random, 9));
    return naming(crowd::name(number), networks);
  };
  for (unsigned i = 0; i < count; ++i)
    f.settle(record(i, 9));
  for (int round = 0; round < 400; ++round) {
    f.pass(std::chrono::minutes{below(random, 90)});
    f.look(record(below(random, count), 9));
    REQUIRE(f.listed() <= total);
    REQUIRE(f.book.in_total().ipv4_addresses >= f.listed());
  }
  // Where all fit nobody is cut for long.
  for (unsigned i = 0; i < count; ++i)
    f.look(expanded(crowd::name(i), "45." + std::to_string(i) + ".0.0/22"));
  f.pass(1h);
  f.look(expanded("d0.example", "45.0.0.0/22"));
  CHECK(f.listed() == count * 1024);
}

TEST_CASE("growth counts over both the factor and the floor",
          "[table][domain_book][limits]") {
  struct row {
    std::string before;
    std::string after;
    bool held;
  };
  // By default: 4 times, and 4096 more.
  const std::vector<row> rows{
      {hosts(0), hosts(12), false},
      {hosts(0), hosts(12) + " 46.0.0.0/32", false}, // 4096 new ones
      {hosts(0), hosts(12) + " 46.0.0.0/31", true},
      {hosts(12), hosts(12) + " 46.0.0.0/18", false}, // exactly 4 times
      {hosts(12), hosts(12) + " 46.0.0.0/18 47.0.0.0/32", true},
      {"2a01::/64", "2a01::/52", false},
      {"2a01::/64", "2a01::/51", true},
      {"2a01::/64", "2a01::/64 45.0.0.0/18", true},
      {"", hosts(12), false},
      {"", hosts(13), true},
      {hosts(13), "", false},
  };
  for (const row& each : rows) {
    CAPTURE(each.before, each.after);
    book_fixture f{settings_of({"a.example"})};
    f.look(of_a(each.before));
    f.look(of_a(each.after));
    CHECK(f.page().held.has_value() == each.held);
    CHECK(f.lists(each.held ? listed(set_of(each.before) & set_of(each.after))
                            : each.after));
  }
}

TEST_CASE("the first expansion is not growth", "[table][domain_book][limits]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(of_a(hosts(16)));
  CHECK(f.lists(hosts(16)));
}

TEST_CASE("a restored listing is what growth is measured by",
          "[table][domain_book][limits]") {
  book_fixture before{settings_of({"a.example"})};
  before.look(of_a(hosts(4)));
  book_fixture f{settings_of({"a.example"})};
  f.book.restore(before.book.save(before.now), f.now);
  f.look(of_a(hosts(16)));
  CHECK(f.lists(hosts(4)));
}

TEST_CASE("null switches a limit off", "[table][domain_book][limits]") {
  using change = std::function<void(config::limit_settings&)>;
  struct row {
    std::string limit;
    change off;
    std::string networks;
  };
  const std::vector<row> rows{
      {"widest_ipv4", [](auto& l) { l.widest_ipv4 = std::nullopt; },
       "45.0.0.0/15"},
      {"widest_ipv6", [](auto& l) { l.widest_ipv6 = std::nullopt; },
       "2a01::/31"},
      {"ipv4_addresses", [](auto& l) { l.ipv4_addresses = std::nullopt; },
       "45.1.0.0/16 45.3.0.0/16 45.5.0.0/16 45.7.0.0/16 45.9.0.0/16"},
      {"ipv6_slash64s", [](auto& l) { l.ipv6_slash64s = std::nullopt; },
       "2a01::/28 2a03::/32"},
      {"networks", [](auto& l) { l.networks = std::nullopt; }, slash24s(101)},
      {"growth", [](auto& l) { l.growth = std::nullopt; }, hosts(14)},
  };
  for (const row& each : rows) {
    CAPTURE(each.limit);
    const bool is_growth = each.limit == "growth";
    const auto tried = [&](const config::settings& settings) {
      book_fixture f{settings};
      if (is_growth)
        f.look(of_a(hosts(0)));
      f.look(of_a(each.networks));
      return f.page().effective == set_of(each.networks);
    };
    const auto common = [&](config::limit_settings& limits) {
      limits.networks = 100;
      if (each.limit == "widest_ipv6")
        limits.ipv6_slash64s = std::nullopt;
      if (each.limit == "ipv6_slash64s")
        limits.widest_ipv6 = std::nullopt;
    };
    CHECK_FALSE(tried(with_limits(common)));
    CHECK(tried(with_limits([&](auto& limits) {
      common(limits);
      each.off(limits);
    })));
  }
}

TEST_CASE("limits are those of the entry", "[table][domain_book][limits]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.limits.ipv4_addresses = 1; // of entries without their own: none here
  settings.domains[0].limits.edit().ipv4_addresses = 256;
  settings.domains[1].limits.edit().ipv4_addresses = 512;
  book_fixture f{settings};
  f.look(naming("a.example", "45.0.0.0/23"));
  f.look(naming("b.example", "46.0.0.0/23"));
  CHECK(f.published() == "b.example 46.0.0.0/23");
}

TEST_CASE("a reload measures the last good expansion by the new limits",
          "[table][domain_book][limits]") {
  config::settings settings = settings_of({"a.example"});
  book_fixture f{settings};
  f.look(of_a("45.0.0.0/24 46.0.0.0/20"));

  settings.domains[0].limits.edit().widest_ipv4 = 24;
  CHECK(told(f.apply(settings)) == "listing changed; !refused by a limit");
  CHECK(f.lists("45.0.0.0/24"));
  CHECK(f.take_due() == "a.example");

  settings.domains[0].limits.edit().widest_ipv4 = 16;
  settings.domains[0].limits.edit().ipv4_addresses = 1000;
  f.apply(settings);
  CHECK(f.lists("45.0.0.0/24"));

  settings.domains[0].limits.edit().ipv4_addresses = std::nullopt;
  CHECK(told(f.apply(settings)) == "listing changed");
  CHECK(f.lists("45.0.0.0/24 46.0.0.0/20"));
}

TEST_CASE("any changed limit makes its domain due, networks kept",
          "[table][domain_book][limits]") {
  using change = std::function<void(config::limit_settings&)>;
  const std::vector<change> changes{
      [](auto& limits) { limits.widest_ipv4 = 17; },
      [](auto& limits) { limits.widest_ipv4 = std::nullopt; },
      [](auto& limits) { limits.widest_ipv6 = 33; },
      [](auto& limits) { limits.ipv4_addresses = 1000; },
      [](auto& limits) { limits.ipv6_slash64s = 1000; },
      [](auto& limits) { limits.networks = 9; },
      [](auto& limits) { limits.growth = 5; },
      [](auto& limits) { limits.growth_floor = 5; },
      [](auto& limits) { limits.dns_queries = 299; },
      [](auto& limits) { limits.depth = 19; },
      [](auto& limits) { limits.growth_wait = 5min; },
      [](auto& limits) { limits.answer_bytes = 16383; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    config::settings settings = settings_of({"a.example", "b.example"});
    book_fixture f{settings};
    f.take_due();
    f.settle(expanded("a.example", "45.0.0.0/24"));
    f.settle(failing("b.example"));
    f.pass(1min);
    changes[i](settings.domains[0].limits.edit());
    f.apply(settings);
    CHECK(f.published() == "a.example 45.0.0.0/24");
    CHECK(f.take_due() == "a.example");

    f.settle(expanded("a.example", "45.0.0.0/24"));
    f.apply(settings);
    CHECK(f.take_due().empty());
  }
}

TEST_CASE("one domain's refusals leave the others alone",
          "[table][domain_book][limits]") {
  book_fixture f{settings_of({"a.example", "b.example"})};
  f.look(expanded("b.example", "46.0.0.0/24"));
  const auto due = f.page(1).due;
  f.look(of_a("0.0.0.0/0 ::/0"));
  CHECK(f.lists("46.0.0.0/24", 1));
  CHECK(f.page(1).due == due);
}

TEST_CASE("what is held and not listed is bounded for all domains together",
          "[table][domain_book][limits]") {
  config::settings settings =
      settings_of({"a.example", "b.example", "c.example"});
  settings.limits.total.networks = 20;
  settings.allow.networks = {{*net::ip_prefix::parse("10.0.0.0/8")}};
  book_fixture f{settings};
  f.take_due();
  const auto hoard = [](std::string_view domain, unsigned count) {
    std::string networks = "45.0.0.0/24";
    for (unsigned i = 0; i < count; ++i)
      networks += " 10.0." + std::to_string(2 * i) + ".0/24";
    return expanded(domain, networks);
  };
  f.settle(hoard("a.example", 3));
  f.settle(hoard("b.example", 16));
  CHECK(f.page(1).good.pass->prefix_count() == 17);

  const auto led_to = f.settle(hoard("c.example", 60));
  CHECK(f.page(0).good.pass->prefix_count() == 4);
  CHECK(f.page(1).good.pass->prefix_count() == 9);
  CHECK(f.page(2).good.pass->prefix_count() == 9);
  // All list what they did.
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(f.lists("45.0.0.0/24", i));
  CHECK(lines_of(led_to, "refused")
            .find("domain=c.example limit=total.networks found=60 allowed=8") !=
        std::string::npos);
  REQUIRE(f.page(2).not_kept);
  CHECK(f.page(2).not_kept->found == 60);
  CHECK(f.book.in_total().unlisted == 79U);
  CHECK(f.book.in_total().networks == 3U);

  // So it stays, whatever is computed anew.
  f.book.know_own(set_of("192.0.2.1"), f.now);
  CHECK(f.book.in_total().unlisted == 79U);
  CHECK(f.page(2).good.pass->prefix_count() == 9);
  f.look(hoard("c.example", 60));
  CHECK(f.page(2).good.pass->prefix_count() == 9);
}

} // namespace domain_book_limits_test
