#include "core/spf/crawl.hpp"
#include "server/dns/dns_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_server.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

using namespace spfblock;
using namespace spfblock::server;
using testing::fixed_resolver;
using testing::run_until;

namespace {

constexpr const char* zone = R"(
one.example.      60 IN TXT "v=spf1 include:shared.example -all"
two.example.      60 IN TXT "v=spf1 include:shared.example ip4:192.0.2.2 -all"
slow.example.     60 IN TXT "v=spf1 include:shared.example include:late.example"
shared.example.   60 IN TXT "v=spf1 include:deep.example ip4:198.51.100.0/24"
deep.example.     60 IN TXT "v=spf1 a:host.example -all"
host.example.     60 IN A   203.0.113.9
late.example.     60 IN TXT "v=spf1 ip4:203.0.113.200 -all"
)";

dns::name name(const char* text) {
  return *dns::name::from_text(text);
}

struct fixture {
  boost::asio::io_context io;
  std::shared_ptr<fixed_resolver> questions =
      std::make_shared<fixed_resolver>(io, zone);
  std::shared_ptr<spf::crawl> round =
      std::make_shared<spf::crawl>(std::weak_ptr<dns::resolver>{questions});

  std::shared_ptr<std::optional<spf::expansion>> expand(const char* domain) {
    auto result = std::make_shared<std::optional<spf::expansion>>();
    round->expand(name(domain), {},
                  [result](const spf::expansion& e) { *result = e; });
    return result;
  }
};

} // namespace

TEST_CASE("crawl: each question is asked once however many domains need it",
          "[server][crawl]") {
  fixture f;
  const auto one = f.expand("one.example");
  const auto two = f.expand("two.example");
  REQUIRE(run_until(f.io, [&] { return *one && *two; }));

  CHECK((*one)->pass.contains(net::ip_address::ipv4(0xcb007109)));
  CHECK((*two)->pass.contains(net::ip_address::ipv4(0xc0000202)));
  CHECK_FALSE((*one)->pass.contains(net::ip_address::ipv4(0xc0000202)));
  for (const auto& [asked, times] : f.questions->asked()) {
    CAPTURE(asked.to_string());
    CHECK(times == 1);
  }
  // Four records, and an A and an AAAA question for one host.
  CHECK(f.questions->asked().size() == 6);
}

TEST_CASE("crawl: a domain that waits delays no other", "[server][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  REQUIRE(run_until(f.io, [&] { return one->has_value(); }));
  CHECK_FALSE(slow->has_value());

  f.questions->release();
  REQUIRE(run_until(f.io, [&] { return slow->has_value(); }));
  CHECK((*slow)->pass.contains(net::ip_address::ipv4(0xcb0071c8)));
}

TEST_CASE("crawl: a failing name is a temperror of the domains that need it",
          "[server][crawl]") {
  fixture f;
  f.questions->fail("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  REQUIRE(run_until(f.io, [&] { return *one && *slow; }));
  CHECK((*slow)->outcome == spf::outcome::temperror);
  CHECK((*slow)->reason == "late.example TXT: SERVFAIL from the test");
  CHECK((*one)->outcome == spf::outcome::expanded);
}

TEST_CASE("crawl: is abandoned when its resolver goes", "[server][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");
  REQUIRE(run_until(f.io, [&] { return f.questions->asked().size() == 3; }));
  const std::weak_ptr<spf::crawl> watched = f.round;
  f.questions.reset();
  f.round.reset();
  f.io.poll();
  CHECK(watched.expired());
  CHECK_FALSE(slow->has_value());
}

// What one domain may cost -------------------------------------------------

namespace {

/// A crawl over a dns_client and a server that loses some queries.
struct lossy_fixture {
  /// @param lose how many of the first queries for a name get lost
  explicit lossy_fixture(std::map<std::string, int> lose)
      : lost{std::move(lose)} {
    dns_client::settings by;
    by.exchange.servers = {peer.endpoint()};
    by.exchange.timeout = std::chrono::milliseconds{20};
    by.exchange.attempts = 5;
    client = std::make_shared<dns_client>(io, by);
    round = std::make_shared<spf::crawl>(std::weak_ptr<dns::resolver>{client});
  }

  std::shared_ptr<std::optional<spf::expansion>>
  expand(const char* domain, std::optional<unsigned> dns_queries) {
    spf::rules by;
    by.dns_queries = dns_queries;
    auto result = std::make_shared<std::optional<spf::expansion>>();
    round->expand(name(domain), by,
                  [result](const spf::expansion& e) { *result = e; });
    return result;
  }

  std::vector<std::string> answer(const testing::received_query& query) {
    for (const char* owner : {"hostile", "other", "shared"}) {
      if (!query.question.starts_with(testing::counted(owner)))
        continue;
      if (lost[owner]-- > 0)
        return {};
      const std::string_view text = owner == std::string_view{"shared"}
                                        ? "v=spf1 ip4:192.0.2.1 -all"
                                        : "v=spf1 include:shared.example -all";
      return {testing::txt_reply(query, text).octets()};
    }
    return {};
  }

  boost::asio::io_context io;
  std::map<std::string, int> lost;
  testing::scripted_server peer{
      io, [this](const testing::received_query& q) { return answer(q); }};
  std::shared_ptr<dns_client> client;
  std::shared_ptr<spf::crawl> round;
};

constexpr auto listed = net::ip_address::ipv4(0xc0000201);

} // namespace

TEST_CASE("crawl: a domain over its queries has a temperror; what was not "
          "asked for it is asked for another",
          "[server][crawl]") {
  lossy_fixture f{{{"hostile", 1}}};
  const auto hostile = f.expand("hostile.example", 2);
  REQUIRE(run_until(f.io, [&] { return hostile->has_value(); }));
  CHECK((*hostile)->outcome == spf::outcome::temperror);
  CHECK((*hostile)->reason ==
        std::string{"shared.example TXT: "} + dns::over_dns_queries);
  CHECK(f.peer.queries().size() == 2);

  const auto other = f.expand("other.example", 2);
  REQUIRE(run_until(f.io, [&] { return other->has_value(); }));
  CHECK((*other)->outcome == spf::outcome::expanded);
  CHECK((*other)->pass.contains(listed));
}

TEST_CASE("crawl: a shared question outlives the queries of the domain that "
          "had it first",
          "[server][crawl]") {
  lossy_fixture f{{{"shared", 2}}};
  const auto hostile = f.expand("hostile.example", 2);
  const auto other = f.expand("other.example", 20);
  REQUIRE(run_until(f.io, [&] { return *hostile && *other; }));
  CHECK((*other)->outcome == spf::outcome::expanded);
  CHECK((*other)->pass.contains(listed));
  CHECK((*hostile)->outcome == spf::outcome::expanded);
}
