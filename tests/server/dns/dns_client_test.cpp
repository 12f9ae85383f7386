// Tests also: datagram_sockets.
#include "tests/support/catch.hpp"
#include "tests/support/dns_asking.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dns_client_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("dns_client: asks over UDP and gives the answer",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, [](const received_query& q) {
                         return messages{txt_reply(q, "hello").octets()};
                       }};
  dns_client client{io, asking({peer.endpoint()})};
  const auto got = ask(io, client, "a.example");
  CHECK(got->texts == std::vector<std::string>{"hello"});
  REQUIRE(peer.queries().size() == 1);
  CHECK(peer.queries()[0].question == wire_question("a.example", type_txt));
  CHECK(client.totals().queries == 1);
}

TEST_CASE("dns_client: a forgery does not end the wait for the answer",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{
      io, [](const received_query& q) {
        auto forged = txt_reply(q, "forged");
        forged.id ^= 1U;
        auto other = txt_reply(q, "forged");
        other.questions = {wire_question("b.example", type_txt)};
        return messages{"", "x", forged.octets(), other.octets(),
                        txt_reply(q, "real").octets()};
      }};
  dns_client client{io, asking({peer.endpoint()})};
  CHECK(ask(io, client, "a.example")->texts ==
        std::vector<std::string>{"real"});
  CHECK(client.totals().queries == 1);
}

TEST_CASE("dns_client: a flood of forgeries does not keep the answer out",
          "[server][dns_client]") {
  boost::asio::io_context io;
  std::size_t forgeries = 0;
  scripted_server peer{io, [&](const received_query& q) {
                         if (q.over_tcp)
                           return messages{txt_reply(q, "real").octets()};
                         auto forged = txt_reply(q, "forged");
                         messages flood;
                         for (unsigned i = 1; i <= 2000; ++i) {
                           forged.id = (q.id + i) & 0xffffU;
                           flood.push_back(forged.octets());
                         }
                         forgeries += flood.size();
                         return flood;
                       }};
  dns_client client{io, asking({peer.endpoint()})};
  CHECK(ask(io, client, "a.example")->texts ==
        std::vector<std::string>{"real"});
  CHECK(client.totals().queries == 2);
  CHECK(client.totals().over_tcp == 1);
  CHECK(client.totals().ignored == dns::exchange::most_ignored + 1);
  CHECK(client.totals().answer_seconds.count() == 1);
}

TEST_CASE("dns_client: asks over TCP after a truncated answer",
          "[server][dns_client]") {
  boost::asio::io_context io;
  const std::string longest(255, 'x');
  scripted_server peer{io, [&](const received_query& q) {
                         auto reply = txt_reply(q, longest);
                         if (!q.over_tcp) {
                           reply.answers.clear();
                           reply.flags |= 0x0200U;
                         } else {
                           for (int i = 0; i < 9; ++i)
                             reply.answers.push_back(reply.answers[0]);
                         }
                         return messages{reply.octets()};
                       }};
  dns_client client{io, asking({peer.endpoint()})};
  const auto got = ask(io, client, "a.example");
  REQUIRE_FALSE(got->texts.empty());
  CHECK(got->texts[0] == longest);
  REQUIRE(peer.queries().size() == 2);
  CHECK(peer.queries()[1].over_tcp);
}

TEST_CASE("dns_client: goes on to the next server after silence, refusal and "
          "SERVFAIL",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server silent{io, [](const received_query&) { return messages{}; }};
  scripted_server broken{io, [](const received_query& q) {
                           auto reply = txt_reply(q, "");
                           reply.answers.clear();
                           reply.flags |= 2U;
                           return messages{reply.octets()};
                         }};
  scripted_server good{io, [](const received_query& q) {
                         return messages{txt_reply(q, "good").octets()};
                       }};
  net::endpoint closed = good.endpoint();
  {
    // A port that was just free: nobody listens there.
    boost::asio::ip::udp::socket gone{
        io, {boost::asio::ip::address_v4::loopback(), 0}};
    closed.port = gone.local_endpoint().port();
  }
  dns_client client{io, asking({closed, silent.endpoint(), broken.endpoint(),
                                good.endpoint()},
                               seconds{1})};
  CHECK(ask(io, client, "a.example")->texts ==
        std::vector<std::string>{"good"});
  CHECK(silent.queries().size() == 1);
  CHECK(broken.queries().size() == 1);
}

TEST_CASE("dns_client: gives up in the end and says why",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server silent{io, [](const received_query&) { return messages{}; }};
  dns_client client{io, asking({silent.endpoint()}, seconds{1})};
  const auto got = ask(io, client, "a.example");
  CHECK(got->status == dns::answer_status::failed);
  CHECK(got->reason.find(silent.endpoint().to_string()) != std::string::npos);
  CHECK(silent.queries().size() == 2);
}

TEST_CASE("dns_client: refuses a TCP answer over the limit",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, [](const received_query& q) {
                         auto reply = txt_reply(q, std::string(255, 'x'));
                         if (!q.over_tcp)
                           reply.flags |= 0x0200U;
                         else
                           for (int i = 0; i < 20; ++i)
                             reply.answers.push_back(reply.answers[0]);
                         return messages{reply.octets()};
                       }};
  auto by = asking({peer.endpoint()});
  by.exchange.limits.octets = 1000;
  dns_client client{io, by};
  const auto got = ask(io, client, "a.example");
  CHECK(got->status == dns::answer_status::failed);
  CHECK(got->reason.find("over the limit") != std::string::npos);
}

TEST_CASE("dns_client: ids and ports differ from query to query",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, [](const received_query& q) {
                         return messages{txt_reply(q, "x").octets()};
                       }};
  dns_client client{io, asking({peer.endpoint()})};
  constexpr int questions = 64;
  int answered = 0;
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".example"), an_asker(),
                   [&answered](const dns::answer&) { ++answered; });
  REQUIRE(run_until(io, [&] { return answered == questions; }));
  std::set<std::size_t> ids;
  std::set<std::uint16_t> ports;
  for (const auto& query : peer.queries()) {
    ids.insert(query.id);
    ports.insert(query.from_port);
  }
  CHECK(ids.size() > questions - 4); // two alike by chance are possible
  CHECK(ports.size() > questions / 2);
}

TEST_CASE("dns_client: keeps no more questions in flight than allowed",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server silent{io, [](const received_query&) { return messages{}; }};
  auto by = asking({silent.endpoint()}, seconds{2});
  by.exchange.attempts = 1;
  by.in_flight = 3;
  dns_client client{io, by};
  int failed = 0;
  for (int i = 0; i < 5; ++i)
    client.resolve(txt(std::to_string(i) + ".example"), an_asker(),
                   [&failed](const dns::answer&) { ++failed; });
  REQUIRE(run_until(io, [&] { return silent.queries().size() == 3; }));
  io.run_for(milliseconds{50});
  CHECK(silent.queries().size() == 3);
  REQUIRE(run_until(io, [&] { return failed == 5; }));
  CHECK(silent.queries().size() == 5);
}

TEST_CASE("dns_client: may be destroyed while questions are under way",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server silent{io, [](const received_query&) { return messages{}; }};
  bool called = false;
  {
    auto by = asking({silent.endpoint()}, milliseconds{200});
    by.in_flight = 1;
    dns_client client{io, by};
    for (const char* owner : {"a.example", "b.example"})
      client.resolve(txt(owner), an_asker(),
                     [&called](const dns::answer&) { called = true; });
    REQUIRE(run_until(io, [&] { return !silent.queries().empty(); }));
  }
  io.run_for(milliseconds{300});
  CHECK_FALSE(called);
}

TEST_CASE("dns_client: may be destroyed by who gets an answer",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, [](const received_query& q) {
                         return messages{txt_reply(q, "x").octets()};
                       }};
  auto client = std::make_unique<dns_client>(io, asking({peer.endpoint()}));
  int called = 0;
  for (int i = 0; i < 3; ++i)
    client->resolve(txt("a.example"), an_asker(), [&](const dns::answer&) {
      ++called;
      client.reset();
    });
  REQUIRE(run_until(io, [&] { return called > 0; }));
  io.run_for(milliseconds{20});
  CHECK(called == 1);
}

// Loss and delay -----------------------------------------------------------

namespace {

/// How long it takes to ask `questions`, where the server answers after 20 ms
/// and every `lost_every`th query gets lost.
milliseconds time_to_ask(int questions, int lost_every) {
  boost::asio::io_context io;
  int received = 0;
  scripted_server peer{io, [&](const received_query& q) {
                         return ++received % lost_every == 0
                                    ? messages{}
                                    : answer_unless_silent(q);
                       }};
  peer.delay([](const received_query&) { return milliseconds{20}; });
  auto by = asking({peer.endpoint()}, seconds{2});
  by.in_flight = 32;
  dns_client client{io, by};
  const auto begin = std::chrono::steady_clock::now();
  int answered = 0;
  for (int i = 0; i < questions; ++i)
    client.resolve(txt(std::to_string(i) + ".example"), an_asker(),
                   [&answered](const dns::answer& a) {
                     answered += a.texts.empty() ? 0 : 1;
                   });
  REQUIRE(run_until(io, [&] { return answered == questions; }));
  CHECK(client.totals().timeouts == 0);
  return std::chrono::duration_cast<milliseconds>(
      std::chrono::steady_clock::now() - begin);
}

} // namespace

TEST_CASE("dns_client: 1 % of loss costs less than half of the time again",
          "[server][dns_client]") {
  // A busy machine may take time from one of the two: then once more.
  constexpr int questions = 1000;
  bool small = false;
  for (int i = 0; i < 10 && !small; ++i) {
    const auto lossless = time_to_ask(questions, questions * 10);
    const auto lossy = time_to_ask(questions, 100);
    UNSCOPED_INFO(lossless.count() << " ms, lossy " << lossy.count() << " ms");
    small = lossy * 2 < lossless * 3;
  }
  CHECK(small);
}

TEST_CASE("dns_client: waits for a name that takes long, at a fast server",
          "[server][dns_client]") {
  boost::asio::io_context io;
  scripted_server peer{io, answer_unless_silent};
  peer.delay([](const received_query& q) {
    return milliseconds{q.question.starts_with(counted("slow")) ? 900 : 1};
  });
  auto by = asking({peer.endpoint()});
  by.exchange.attempts = 1;
  dns_client client{io, by};
  for (const char* owner : {"a.example", "slow.example", "b.example"})
    CHECK(ask(io, client, owner)->texts == std::vector<std::string>{"heard"});
  CHECK(client.totals().timeouts == 0);
  CHECK(std::count_if(peer.queries().begin(), peer.queries().end(),
                      [](const received_query& q) {
                        return q.question ==
                               wire_question("slow.example", type_txt);
                      }) <= 4);
}

TEST_CASE("dns_client: an answer to the first sending counts after a second",
          "[server][dns_client]") {
  boost::asio::io_context io;
  std::map<std::string, int> times;
  scripted_server peer{io, [&](const received_query& q) {
                         return ++times[q.question] > 1
                                    ? messages{}
                                    : answer_unless_silent(q);
                       }};
  peer.delay([](const received_query& q) {
    return milliseconds{q.question.starts_with(counted("slow")) ? 1000 : 1};
  });
  dns_client client{io, asking({peer.endpoint()})};
  ask(io, client, "a.example");
  CHECK(ask(io, client, "slow.example")->texts ==
        std::vector<std::string>{"heard"});
  CHECK(times[wire_question("slow.example", type_txt)] > 1);
  CHECK(client.totals().retransmissions ==
        static_cast<std::uint64_t>(
            times[wire_question("slow.example", type_txt)] - 1));
  CHECK(client.totals().timeouts == 0);
}

// Sockets ------------------------------------------------------------------

namespace {

/// The ports from which `questions` were asked, one after the other, with one
/// under way elsewhere, so that the sockets are kept.
std::vector<std::uint16_t> ports_of(int questions,
                                    scripted_server::script answers) {
  boost::asio::io_context io;
  scripted_server peer{io, std::move(answers)};
  dns_client client{io, asking({peer.endpoint()})};
  client.resolve(txt("silent.example"), an_asker(), [](const dns::answer&) {});
  for (int i = 0; i < questions; ++i)
    ask(io, client, std::to_string(i) + ".example");
  std::vector<std::uint16_t> ports;
  for (const auto& query : peer.queries()) {
    if (query.question != wire_question("silent.example", type_txt))
      ports.push_back(query.from_port);
  }
  return ports;
}

std::map<std::uint16_t, int> uses_of(const std::vector<std::uint16_t>& ports) {
  std::map<std::uint16_t, int> uses;
  for (const auto port : ports)
    ++uses[port];
  return uses;
}

} // namespace

TEST_CASE("dns_client: a socket asks a few questions and no more",
          "[server][dns_client]") {
  const auto ports = ports_of(100, answer_unless_silent);
  REQUIRE(ports.size() == 100);
  CHECK(uses_of(ports).size() < 50);
  for (const auto& [port, uses] : uses_of(ports))
    CHECK(uses <= static_cast<int>(datagram_sockets::most_questions));
}

TEST_CASE("dns_client: a socket that had a wrong message asks nothing more",
          "[server][dns_client]") {
  const auto ports = ports_of(20, [](const received_query& q) {
    auto replies = answer_unless_silent(q);
    if (!replies.empty())
      replies.insert(replies.begin(), "x");
    return replies;
  });
  REQUIRE(ports.size() == 20);
  CHECK(uses_of(ports).size() > 10); // the kernel may give a port again
}

TEST_CASE("dns_client: what comes late is no answer to the next question",
          "[server][dns_client]") {
  std::string before;
  const auto replies = [&before](const received_query& q) {
    auto now = answer_unless_silent(q);
    if (!now.empty() && !before.empty())
      now.insert(now.begin(), before);
    before = txt_reply(q, "late").octets();
    return now;
  };
  boost::asio::io_context io;
  scripted_server peer{io, replies};
  dns_client client{io, asking({peer.endpoint()})};
  client.resolve(txt("silent.example"), an_asker(), [](const dns::answer&) {});
  for (int i = 0; i < 20; ++i)
    CHECK(ask(io, client, std::to_string(i) + ".example")->texts ==
          std::vector<std::string>{"heard"});
  CHECK(client.totals().queries - client.totals().retransmissions == 21);
  CHECK(client.totals().ignored > 0);
}

} // namespace dns_client_test
