#include "core/spf/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_asking.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Asks for many names below "silent.example".
void ask_silent(dns_client& client, int questions,
                const std::shared_ptr<dns::query_account>& payer,
                const dns_client::receiver& done) {
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".silent.example"), payer, done);
}

const auto ignore = [](const dns::answer&) {};

} // namespace

TEST_CASE("dns_client: askers whose servers are silent delay no other's first "
          "question",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  auto by = asking({peer.endpoint()});
  by.in_flight = 16;
  dns_client client{io, by};
  for (const int silent_askers : {1, 5}) {
    for (int i = 0; i < silent_askers; ++i)
      ask_silent(client, 300, account_of(), ignore);
    CHECK(ask(io, client, "a.example")->texts ==
          std::vector<std::string>{"heard"});
    CHECK(client.totals().timeouts == 0);
  }
}

TEST_CASE("dns_client: a question that timed out lets the others go first",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  auto by = asking({peer.endpoint()}, seconds{1});
  by.in_flight = 1;
  dns_client client{io, by};
  const auto payer = account_of();
  int done = 0;
  ask_silent(client, 2, payer, [&done](const dns::answer&) { ++done; });
  client.resolve(txt("a.example"), payer,
                 [&done](const dns::answer&) { ++done; });
  REQUIRE(run_until(io, [&] { return done == 3; }));
  std::vector<std::string> order;
  std::set<std::size_t> ids; // a datagram may be sent again
  for (const auto& query : peer.queries()) {
    if (ids.insert(query.id).second)
      order.push_back(query.question.substr(1, 1));
  }
  CHECK(order == std::vector<std::string>{"0", "1", "a", "0", "1"});
}

TEST_CASE("dns_client: who has begun goes before who has not, mostly",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  auto by = asking({peer.endpoint()});
  by.in_flight = 1;
  dns_client client{io, by};
  int done = 0;
  const auto count = [&done](const dns::answer&) { ++done; };
  const auto payer = account_of();
  client.resolve(txt("a.example"), payer, [&](const dns::answer&) {
    for (const char* next :
         {"b.example", "c.example", "d.example", "e.example"})
      client.resolve(txt(next), payer, count);
  });
  for (const char* other : {"x.example", "y.example"})
    client.resolve(txt(other), account_of(), count);
  REQUIRE(run_until(io, [&] { return done == 6; }));
  std::string order;
  for (const auto& query : peer.queries())
    order += query.question.substr(1, 1);
  CHECK(order == "abcdxey");
}

TEST_CASE("dns_client: a question that several have is sent once",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  dns_client client{io, asking({peer.endpoint()})};
  int answered = 0;
  for (int i = 0; i < 10; ++i)
    client.resolve(txt("a.example"), account_of(), [&](const dns::answer& a) {
      answered += a.texts == std::vector<std::string>{"heard"} ? 1 : 0;
    });
  REQUIRE(run_until(io, [&] { return answered == 10; }));
  CHECK(peer.queries().size() == 1);
  CHECK(client.totals().questions == 1);
  CHECK(client.totals().answers == 1);
}

TEST_CASE("dns_client: a question behind many of one asker has its turn with "
          "another who has it",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  auto by = asking({peer.endpoint()});
  by.in_flight = 4;
  dns_client client{io, by};
  const auto first = account_of();
  ask_silent(client, 300, first, ignore);
  client.resolve(txt("shared.example"), first, ignore);
  CHECK(ask(io, client, "shared.example")->texts ==
        std::vector<std::string>{"heard"});
  CHECK(client.totals().timeouts == 0);
}

// Accounts -----------------------------------------------------------------

TEST_CASE("dns_client: no more is sent for an asker than its account holds",
          "[server][dns_client]") {
  constexpr unsigned most = 25;
  constexpr int questions = 40;
  boost::asio::io_context io;
  int received = 0;
  const int answers_every = GENERATE(0, 2); // never, every second query
  scripted_server peer{io, [&](const received_query& q) {
                         ++received;
                         if (answers_every == 0 || received % answers_every)
                           return messages{};
                         return messages{txt_reply(q, "x").octets()};
                       }};
  auto by = asking({peer.endpoint()}, milliseconds{60});
  dns_client client{io, by};
  const auto payer = account_of(most);
  std::map<std::string, int> reasons;
  int done = 0;
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".example"), payer,
                   [&](const dns::answer& a) {
                     ++done;
                     ++reasons[a.reason];
                   });
  REQUIRE(run_until(io, [&] { return done == questions; }));
  REQUIRE(run_until(io, [&] { return peer.queries().size() >= most; }));
  CHECK(peer.queries().size() == most);
  CHECK(client.totals().queries == most);
  CHECK(reasons[dns::over_dns_queries] >= questions - static_cast<int>(most));
  CHECK(client.totals().failures + client.totals().answers == questions);
}

TEST_CASE(
    "dns_client: what TCP and a repetition without EDNS cost is paid, too",
    "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, [](const received_query& q) {
                         auto reply = txt_reply(q, "x");
                         reply.answers.clear();
                         reply.flags |= q.over_tcp ? 1U : 0x0200U;
                         return messages{reply.octets()};
                       }};
  dns_client client{io, asking({peer.endpoint()})};
  const unsigned most = GENERATE(0U, 1U, 2U);
  std::optional<dns::answer> got;
  client.resolve(txt("a.example"), account_of(most),
                 [&got](const dns::answer& a) { got = a; });
  CHECK_FALSE(got);
  REQUIRE(run_until(io, [&] { return got.has_value(); }));
  CHECK(*got == dns::failed_answer(dns::over_dns_queries));
  CHECK(peer.queries().size() == most);
}

TEST_CASE("dns_client: a question survives the account of its first asker",
          "[server][dns_client]") {
  boost::asio::io_context io;
  int received = 0;
  scripted_server peer{io, [&](const received_query& q) {
                         return ++received < 3 ? messages{}
                                               : answer_unless_silent(q);
                       }};
  auto by = asking({peer.endpoint()}, seconds{1});
  by.exchange.attempts = 5;
  dns_client client{io, by};
  const unsigned last_account = GENERATE(0U, 1U);
  std::vector<dns::answer> got;
  for (const unsigned queries : {1U, 0U, 1U, last_account})
    client.resolve(txt("a.example"), account_of(queries),
                   [&got](const dns::answer& a) { got.push_back(a); });
  REQUIRE(run_until(io, [&] { return got.size() == 4; }));
  for (const auto& each : got)
    CHECK(each.reason == (last_account > 0 ? "" : dns::over_dns_queries));
  CHECK(received == (last_account > 0 ? 3 : 2));
}
