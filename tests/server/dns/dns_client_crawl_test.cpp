#include "core/spf/crawl.hpp"
#include "server/dns/dns_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_server.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

using namespace spfblock;
using namespace spfblock::server;
using testing::run_until;

namespace {

/// A crawl over a dns_client and a server that loses some queries.
struct fixture {
  /// @param lose how many of the first queries for a name get lost
  explicit fixture(std::map<std::string, int> lose) : lost{std::move(lose)} {
    dns_client::settings by;
    by.exchange.servers = {peer.endpoint()};
    by.exchange.timeout = std::chrono::seconds{1};
    by.exchange.attempts = 5;
    client = std::make_shared<dns_client>(io, by);
    round = std::make_shared<spf::crawl>(std::weak_ptr<dns::resolver>{client});
  }

  std::shared_ptr<std::optional<spf::expansion>>
  expand(const char* domain, std::optional<unsigned> dns_queries) {
    spf::rules by;
    by.dns_queries = dns_queries;
    auto result = std::make_shared<std::optional<spf::expansion>>();
    round->expand(*dns::name::from_text(domain), by,
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

TEST_CASE("dns_client: for a crawl, a domain over its queries has a temperror; "
          "what was not "
          "asked for it is asked for another",
          "[server][crawl]") {
  fixture f{{{"hostile", 1}}};
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

TEST_CASE("dns_client: for a crawl, a shared question outlives the queries of "
          "the domain that "
          "had it first",
          "[server][crawl]") {
  fixture f{{{"shared", 2}}};
  const auto hostile = f.expand("hostile.example", 2);
  const auto other = f.expand("other.example", 20);
  REQUIRE(run_until(f.io, [&] { return *hostile && *other; }));
  CHECK((*other)->outcome == spf::outcome::expanded);
  CHECK((*other)->pass.contains(listed));
  CHECK((*hostile)->outcome == spf::outcome::expanded);
}
