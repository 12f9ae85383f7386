#include "core/spf/crawl.hpp"
#include "server/dns/dns_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_server.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace dns_client_crawl_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::run_until;

namespace {

constexpr std::size_t most_hosts = 10;

/// The type that a question in wire format asks for.
std::size_t type_of(const testing::received_query& query) {
  return static_cast<unsigned char>(query.question[query.question.size() - 3]);
}

/// A domain whose ten mx have ten hosts each, and a network behind them; its
/// server loses some queries and truncates what it answers over UDP.
struct fixture {
  fixture() {
    dns_client::settings by;
    by.exchange.servers = {peer.endpoint()};
    by.exchange.timeout = std::chrono::seconds{1};
    by.exchange.attempts = 5;
    client = std::make_shared<dns_client>(io, by);
    round = std::make_shared<spf::crawl>(std::weak_ptr<dns::resolver>{client});
  }

  std::vector<std::string> answer(const testing::received_query& query) {
    const auto number = received[query.question]++;
    if (received.size() % loses_one_in == 0 && number == 0)
      return {};
    testing::dns_message reply;
    reply.id = query.id;
    reply.questions = {query.question};
    if (truncates && !query.over_tcp)
      reply.flags |= 0x0200U;
    else
      reply.answers = records_for(query);
    return {reply.octets()};
  }

  static std::vector<std::string>
  records_for(const testing::received_query& query) {
    const std::string owner = testing::pointer_to(testing::question_offset);
    const auto type = type_of(query);
    if (type == testing::type_txt)
      return {
          testing::wire_record(owner, type, testing::txt_rdata({record()}))};
    if (type == testing::type_a)
      return {testing::wire_record(owner, type, "\xc6\x33\x64\x01")};
    if (type == testing::type_aaaa)
      return {testing::wire_record(owner, type,
                                   "\x20\x01" + std::string(14, '\1'))};
    std::vector<std::string> hosts;
    for (std::size_t i = 0; i < most_hosts; ++i)
      hosts.push_back(testing::wire_record(
          owner, type,
          testing::u16(i) + testing::counted(std::to_string(i)) + owner));
    return hosts;
  }

  static std::string record() {
    std::string text = "v=spf1";
    for (unsigned i = 0; i < spf::dns_term_limit; ++i)
      text += " mx:" + std::to_string(i) + ".l.example";
    return text + " ip4:192.0.2.1 -all";
  }

  boost::asio::io_context io;
  std::map<std::string, int> received;
  std::size_t loses_one_in = 1000;
  bool truncates = false;
  testing::scripted_server peer{
      io, [this](const testing::received_query& q) { return answer(q); }};
  std::shared_ptr<dns_client> client;
  std::shared_ptr<spf::crawl> round;
};

} // namespace

TEST_CASE("dns_client: for a crawl, what a name server makes us send keeps "
          "nobody off",
          "[server][crawl]") {
  fixture f;
  SECTION("it truncates all answers") {
    f.truncates = true;
  }
  SECTION("it loses queries") {
    f.loses_one_in = 7;
  }
  SECTION("it does both") {
    f.truncates = true;
    f.loses_one_in = 7;
  }
  constexpr unsigned questions = 1 + spf::dns_term_limit * (1 + 2 * most_hosts);
  spf::rules by;
  by.dns_queries = questions;
  std::optional<spf::expansion> got;
  f.round->expand(*dns::name::from_text("l.example"), by,
                  [&got](const spf::expansion& e) { got = e; });
  REQUIRE(run_until(f.io, [&] { return got.has_value(); }));
  CHECK(got->outcome == spf::outcome::expanded);
  CHECK(got->questions == questions);
  CHECK(f.client->totals().queries > questions);
  CHECK(got->pass.contains(net::ip_address::ipv4(0xc0000201)));
}

} // namespace dns_client_crawl_test
