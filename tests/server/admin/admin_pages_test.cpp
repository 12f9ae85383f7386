#include "core/reports/status.hpp"
#include "server/admin/admin_client.hpp"
#include "server/admin/admin_pages.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/thread_time.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace admin_pages_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::fixed_resolver;
using testing::thread_seconds;

namespace {

/// What is listed: so many domains of which nothing is known, and networks.
config::settings listing(unsigned domains, unsigned networks) {
  config::settings settings;
  settings.state_file.clear();
  settings.allow.reserved = false;
  for (unsigned i = 0; i < domains; ++i) {
    config::spf_domain of;
    of.name = *dns::name::from_text("d" + std::to_string(i) + ".example");
    settings.domains.emplace_back(of, *table::action::parse("REJECT {domain}"));
  }
  for (unsigned i = 0; i < networks; ++i)
    settings.networks.push_back(
        {net::ip_prefix::containing(net::ip_address::ipv4(0x0b000000 + 2 * i),
                                    32),
         *table::action::parse("REJECT"), ""});
  return settings;
}

/// The parts of a service on this thread, and the pages about them.
struct fixture {
  explicit fixture(const config::settings& settings) {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    refresh.start(settings, questions, [this] { started = true; });
    REQUIRE(testing::run_until(io, [&] { return started; }));
  }
  ~fixture() {
    pages.give_up();
    CHECK(refresh.stop(read_clocks().steady + std::chrono::minutes{1}));
  }

  /// What a target is planned to be.
  planned_page plan(const std::string& path, const std::string& query = "") {
    return std::get<planned_page>(pages.answer({path, query}));
  }

  boost::asio::io_context io{1};
  log_sink log;
  published<table::snapshot> table{std::make_shared<const table::snapshot>()};
  std::shared_ptr<fixed_resolver> questions = std::make_shared<fixed_resolver>(
      [this](std::function<void()> what) {
        boost::asio::post(io, std::move(what));
      },
      "");
  mail_checks mail{io, log, table};
  shared_sender_notes senders{read_clocks().wall};
  serving_threads threads{1, table, log, &mail};
  inherited_sockets inherited = inherited_sockets::take();
  listeners ports{io, inherited, threads, log};
  bool started = false;
  refresher refresh{io, log, table};
  hit_keeper hits{io, log, refresh.numbers(), [this] { return threads.hits(); },
                  refresh.history_thread()};
  file_publisher files{io, log, [this]() -> file_publisher::content {
                         return {table.load(), refresh.shared_book(), true};
                       }};
  dns_totals dns;
  reload_totals reloads;
  reports::configuration_status configuration;
  admin_pages pages{io,
                    {.table = table,
                     .refresh = refresh,
                     .threads = threads,
                     .ports = ports,
                     .log = log,
                     .dns = dns,
                     .mail = mail,
                     .senders = senders,
                     .hits = hits,
                     .files = files,
                     .reloads = reloads,
                     .configuration = configuration,
                     .signs = [this] { return refresh.signs(read_clocks()); },
                     .started_at = read_clocks().wall}};
};

struct target {
  const char* path;
  const char* query;
};

} // namespace

TEST_CASE("admin_pages: what a page costs is not paid where it is asked for",
          "[server][admin_pages]") {
  fixture f{listing(2000, 5000)};
  for (const target each :
       {target{"/metrics", ""}, target{"/healthz", ""}, target{"/status", ""},
        target{"/explain", "address=11.0.0.2"}, target{"/", "address=11.0.0.2"},
        target{"/domains", "search=d1"}, target{"/map", "prefix=0.0.0.0/0"},
        target{"/export", "format=json"}, target{"/export", "format=plain"},
        target{"/hits", "listing=d1.example"}, target{"/top", "by=day"}}) {
    CAPTURE(each.path, each.query);
    // The least of several: the first touches memory for the first time.
    double asked = 1e9;
    double made = 1e9;
    for (int i = 0; i < 3; ++i) {
      const double begin = thread_seconds();
      const auto plan = f.plan(each.path, each.query);
      const double planned = thread_seconds();
      const admin_reply page = plan.how();
      made = std::min(made, thread_seconds() - planned);
      asked = std::min(asked, planned - begin);
      CHECK_FALSE(page.body.empty());
    }
    CHECK(asked * 5 < made);
  }
}

TEST_CASE("admin_pages: the status of the domains that are asked for",
          "[server][admin_pages]") {
  fixture f{listing(3, 0)};
  const auto told = [&f](const std::string& query) {
    const auto read =
        reports::status_from_json(f.plan("/status", query).how().body);
    REQUIRE(read);
    CHECK(read->pid);
    std::string names;
    for (const reports::domain_status& each : read->domains)
      names += each.name + ' ';
    return names;
  };
  CHECK(told("") == "d0.example d1.example d2.example ");
  CHECK(told("other=1") == "d0.example d1.example d2.example ");
  CHECK(told("domain=d1.example") == "d1.example ");
  CHECK(told("domain=D2.Example.&domain=d0.example&domain=d2.example") ==
        "d0.example d2.example ");
  CHECK(told("domain=elsewhere.example").empty());
  CHECK(told("domain=").empty());
  const auto refused = f.pages.answer({"/status", "domain=d1..example"});
  CHECK(std::get<admin_reply>(refused).status == 400);
}

TEST_CASE("status_target: names the domains, of very many none",
          "[server][admin_client]") {
  CHECK(status_target({}) == "/status?domain=");
  CHECK(status_target({"a.example", "b&c.example"}) ==
        "/status?domain=a.example&domain=b%26c.example");
  std::set<std::string> many;
  for (int i = 0; i < 500; ++i)
    many.insert("d" + std::to_string(i) + ".example");
  CHECK(status_target(many) == "/status");
}

TEST_CASE("admin_pages: a page tells what was so when it was asked for",
          "[server][admin_pages]") {
  fixture f{listing(1, 1)};
  const auto status = f.plan("/status");
  const auto exported = f.plan("/export", "format=plain");
  bool applied = false;
  f.refresh.apply(listing(2, 0), f.questions, [&] { applied = true; });
  REQUIRE(testing::run_until(
      f.io, [&] { return applied && f.table.load()->ipv4_networks() == 0; }));
  const std::string domains = status.how().body;
  CHECK(domains.find("\"d0.example\"") != std::string::npos);
  CHECK(domains.find("\"d1.example\"") == std::string::npos);
  CHECK(exported.how().body.ends_with("11.0.0.0/32\n"));
}

TEST_CASE("admin_pages: what others get is made once a second at most",
          "[server][admin_pages]") {
  fixture f{listing(1, 1)};
  const auto ask = [&] {
    return std::get<planned_page>(f.pages.answer_others({"/metrics", ""}))
        .how()
        .body;
  };
  const std::string first = ask();
  CHECK(first.find("spfblock_config_reloads_total{result=\"accepted\"} 0\n") !=
        std::string::npos);
  f.reloads.accepted = 1;
  CHECK(ask() == first);
  CHECK(std::get<admin_reply>(f.pages.answer_others({"/status", ""})).status ==
        404);
}

} // namespace admin_pages_test
