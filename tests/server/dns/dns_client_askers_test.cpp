#include "core/spf/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_asking.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dns_client_askers_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Asks for many names below "silent.example".
void ask_silent(dns_client& client, int questions,
                const std::shared_ptr<dns::asker>& by,
                const dns_client::receiver& done) {
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".silent.example"), by, done);
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
      ask_silent(client, 300, an_asker(), ignore);
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
  const auto by_one = an_asker();
  int done = 0;
  ask_silent(client, 2, by_one, [&done](const dns::answer&) { ++done; });
  client.resolve(txt("a.example"), by_one,
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
  const auto by_one = an_asker();
  client.resolve(txt("a.example"), by_one, [&](const dns::answer&) {
    for (const char* next :
         {"b.example", "c.example", "d.example", "e.example"})
      client.resolve(txt(next), by_one, count);
  });
  for (const char* other : {"x.example", "y.example"})
    client.resolve(txt(other), an_asker(), count);
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
    client.resolve(txt("a.example"), an_asker(), [&](const dns::answer& a) {
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
  const auto first = an_asker();
  ask_silent(client, 300, first, ignore);
  client.resolve(txt("shared.example"), first, ignore);
  CHECK(ask(io, client, "shared.example")->texts ==
        std::vector<std::string>{"heard"});
  CHECK(client.totals().timeouts == 0);
}

// What a question costs -----------------------------------------------------

TEST_CASE("dns_client: who is silent to some questions is asked all others",
          "[server][dns_client]") {
  constexpr int questions = 40;
  constexpr unsigned attempts = 2;
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  dns_client client{io, asking({peer.endpoint()}, milliseconds{100})};
  const auto by = an_asker();
  int failed = 0;
  int heard = 0;
  const auto count = [&](const dns::answer& got) {
    ++(got.status == dns::answer_status::failed ? failed : heard);
  };
  ask_silent(client, questions, by, count);
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".example"), by, count);
  REQUIRE(run_until(io, [&] { return failed + heard == 2 * questions; }));
  CHECK(heard == questions);
  std::map<std::string, std::set<std::size_t>> ids;
  for (const auto& query : peer.queries())
    ids[query.question].insert(query.id); // a datagram may be sent again
  for (const auto& [question, of_it] : ids)
    CHECK(of_it.size() <= attempts);
}

} // namespace dns_client_askers_test
