#include "server/refresh/refresher.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

namespace refresher_test {

using namespace spfblock;
using namespace spfblock::server;
using std::chrono::seconds;
using testing::fixed_resolver;
using testing::run_until;

namespace {

constexpr const char* zone = R"(
a.example. 60 IN TXT "v=spf1 ip4:192.0.2.1 -all"
b.example. 60 IN TXT "v=spf1 ip4:192.0.2.2 -all"
c.example. 60 IN TXT "v=spf1 ip4:192.0.2.3 -all"
)";

config::settings settings_for(const std::vector<const char*>& domains) {
  config::settings settings;
  settings.refresh.interval = seconds{1};
  settings.refresh.minimum = seconds{1};
  settings.refresh.retry = seconds{1};
  settings.state_file.clear();
  settings.allow.reserved = false; // documentation space is listed here
  for (const char* domain : domains) {
    config::spf_domain of;
    of.name = *dns::name::from_text(domain);
    settings.domains.emplace_back(of, *table::action::parse("REJECT {domain}"));
  }
  return settings;
}

net::ip_address host(unsigned last) {
  return net::ip_address::ipv4(0xc0000200 + last);
}

fixed_resolver::post later(boost::asio::io_context& io) {
  return [&io](std::function<void()> what) {
    boost::asio::post(io, std::move(what));
  };
}

struct fixture {
  fixture() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
  }
  ~fixture() { CHECK(fresh.stop(read_clocks().steady + seconds{60})); }

  bool lists(unsigned last) {
    return table.load()->find(host(last)).has_value();
  }

  log_sink log;
  boost::asio::io_context io;
  published<table::snapshot> table{std::make_shared<const table::snapshot>()};
  std::shared_ptr<fixed_resolver> questions =
      std::make_shared<fixed_resolver>(later(io), zone);
  refresher fresh{io, log, table};
};

} // namespace

TEST_CASE("refresher: publishes what the records say, and what they say later",
          "[server][refresher]") {
  fixture f;
  f.fresh.apply(settings_for({"a.example", "b.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(1) && f.lists(2); }));

  f.questions->change(R"(
a.example. 60 IN TXT "v=spf1 ip4:192.0.2.77 -all"
b.example. 60 IN TXT "v=spf1 ip4:192.0.2.2 -all"
)");
  REQUIRE(run_until(f.io, [&] { return f.lists(77); }));
  CHECK_FALSE(f.lists(1));
  CHECK(f.lists(2));
}

TEST_CASE("refresher: a domain that waits for the DNS holds up no other",
          "[server][refresher]") {
  fixture f;
  f.questions->hold("a.example");
  f.fresh.apply(settings_for({"a.example", "b.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(2); }));
  f.questions->change(R"(b.example. 60 IN TXT "v=spf1 ip4:192.0.2.88 -all")");
  REQUIRE(run_until(f.io, [&] { return f.lists(88); }));
  CHECK_FALSE(f.lists(1));
}

TEST_CASE("refresher: networks outlive a failing DNS", "[server][refresher]") {
  fixture f;
  f.fresh.apply(settings_for({"a.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(1); }));
  f.questions->fail("a.example");
  const int before = f.questions->refreshes();
  REQUIRE(run_until(f.io, [&] {
    return f.questions->refreshes() > before &&
           f.fresh.book().domains().front().failures > 0;
  }));
  CHECK(f.lists(1));
}

TEST_CASE("refresher: a reload keeps, adds and removes domains without asking "
          "for those that stay",
          "[server][refresher]") {
  fixture f;
  auto before = settings_for({"a.example", "b.example"});
  before.refresh.interval = before.refresh.minimum = seconds{3600};
  f.fresh.apply(before, f.questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(1) && f.lists(2); }));

  auto after = settings_for({"b.example", "c.example"});
  after.refresh = before.refresh;
  const auto next = std::make_shared<fixed_resolver>(later(f.io), zone);
  f.fresh.apply(after, next);
  REQUIRE(run_until(f.io, [&] { return f.lists(3); }));
  CHECK_FALSE(f.lists(1));
  CHECK(f.lists(2));
  CHECK(next->asked().size() == 1);
  CHECK(next->asked().begin()->first.owner.to_string() == "c.example");
}

TEST_CASE("refresher: a reload in the middle of an expansion begins it anew",
          "[server][refresher]") {
  fixture f;
  f.questions->hold("a.example");
  f.fresh.apply(settings_for({"a.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] { return !f.questions->asked().empty(); }));

  f.questions = std::make_shared<fixed_resolver>(later(f.io), zone);
  f.fresh.apply(settings_for({"a.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(1); }));
}

TEST_CASE("refresher: shows that it gets on, and counts what it did",
          "[server][refresher]") {
  fixture f;
  f.questions->hold("a.example");
  CHECK_FALSE(f.fresh.signs(read_clocks()).published);
  f.fresh.apply(settings_for({"a.example"}), f.questions);
  REQUIRE(run_until(f.io, [&] {
    return !f.questions->asked().empty() && f.fresh.book().expanding() > 0;
  }));

  auto later = read_clocks();
  later.steady += seconds{600};
  const auto waiting = f.fresh.signs(later);
  REQUIRE(waiting.quiet);
  CHECK(*waiting.quiet >= seconds{590});
  CHECK(reports::overdue_by(f.fresh.book(), later) == seconds{0});
  CHECK(f.fresh.totals().expansions == std::array<std::uint64_t, 3>{0, 0, 0});

  f.questions->release();
  REQUIRE(run_until(f.io, [&] { return f.lists(1); }));
  const auto now = f.fresh.signs(read_clocks());
  CHECK(now.published);
  CHECK_FALSE(now.building);
  CHECK_FALSE(now.quiet);
  CHECK(f.fresh.totals().expansions == std::array<std::uint64_t, 3>{1, 0, 0});
  CHECK(f.fresh.totals().build_seconds.count() >= 1);
  CHECK(f.fresh.numbers().find("a.example") == 1U);

  later.steady = read_clocks().steady + seconds{4000};
  CHECK(reports::overdue_by(f.fresh.book(), later) >= seconds{3900});
}

} // namespace refresher_test
