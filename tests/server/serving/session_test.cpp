#include "server/serving/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/told_judge.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>

namespace session_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using protocols::count;

namespace {

/// A session on one end of a connection; the other end is the test's, and so
/// is the thread: the session is called by hand.
struct connected {
  explicit connected(protocols::door at = protocols::door::tcp_table,
                     query_time::judge* mail = nullptr) {
    context.mail = mail;
    if (mail != nullptr)
      table.store(table_with_claims());
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    ours = descriptor{ends[0]};
    theirs = std::make_unique<session>(descriptor{ends[1]}, at, context);
    REQUIRE(theirs->start());
  }

  void send(const std::string& text) const {
    REQUIRE(::send(ours.number(), text.data(), text.size(), 0) ==
            static_cast<ssize_t>(text.size()));
  }

  /// All that has come so far.
  [[nodiscard]] std::string received() const {
    std::string all;
    char some[4096];
    for (ssize_t size = 1; size > 0;) {
      size = ::recv(ours.number(), some, sizeof some, 0);
      if (size > 0)
        all.append(some, static_cast<std::size_t>(size));
    }
    return all;
  }

  /// The session's turn: it has something to read, or room to write.
  void turn() const { theirs->ready(); }

  log_sink log;
  published<table::snapshot> table{table_with("192.0.2.0/24")};
  serving_totals totals;
  std::atomic<bool> log_hits = false;
  event_loop loop;
  int ended = 0;
  client_order order;
  session_context context{
      loop, view{table}, totals, log, log_hits, order, [this](int /*client*/) {
        ++ended;
      }};
  descriptor ours;
  std::unique_ptr<session> theirs;
};

} // namespace

TEST_CASE("session: answers all complete requests that are there",
          "[server][session]") {
  const connected f;
  f.send("get 192.0.2.1\nget unknown\nget 192");
  f.turn();
  CHECK(f.received() == "200 REJECT x.example\n500 not listed\n");
  f.send(".0.2.1\n");
  f.turn();
  CHECK(f.received() == "200 REJECT x.example\n");
  CHECK(f.ended == 0);
}

TEST_CASE("session: ends with a conversation that ends without a reply",
          "[server][session]") {
  for (const auto at : {protocols::door::policy, protocols::door::socketmap}) {
    const connected f{at};
    f.send("get 192.0.2.1\n");
    f.turn();
    CHECK(f.received().empty());
    CHECK(f.ended == 1);
    CHECK(f.totals.so_far()[count::refused] == 1);
  }
}

TEST_CASE("session: counts each request, and each hit for its listing",
          "[server][session]") {
  const connected f;
  f.send("get 192.0.2.1\nget unknown\nput x\nget 192.0.2.2\n");
  f.turn();
  protocols::counts expected;
  expected[count::found] = 2;
  expected[count::not_found] = 1;
  expected[count::refused] = 1;
  CHECK(f.totals.so_far() == expected);
  CHECK(f.totals.hits.of(0) == 2);
}

TEST_CASE("session: ends once when the client has gone", "[server][session]") {
  connected f;
  f.ours = descriptor{};
  f.turn();
  CHECK(f.ended == 1);
}

TEST_CASE("session: ends after the reply when the conversation is finished",
          "[server][session]") {
  const connected f;
  f.send(std::string(protocols::tcp_table::longest_request, 'x'));
  f.turn();
  CHECK(f.ended == 0);
  f.send("x");
  f.turn();
  CHECK(f.received() == "400 request over 8192 bytes\n");
  CHECK(f.ended == 1);
}

TEST_CASE("session: when it is to finish, what was received is answered first",
          "[server][session]") {
  const connected f;
  f.send("get 192.0.2.1\n");
  f.theirs->finish();
  f.turn();
  CHECK(f.received() == "200 REJECT x.example\n");
  CHECK(f.ended == 0);
  f.turn();
  CHECK(f.ended == 1);
}

TEST_CASE("session: reads nothing more while a reply waits to be sent",
          "[server][session]") {
  const connected f;
  const std::string request = "get 192.0.2.1\n";
  std::string batch;
  for (int i = 0; i < 200; ++i)
    batch += request;
  // Nobody reads, until nothing is read any more.
  std::size_t sent = 0;
  for (std::uint64_t before = 1; before != f.totals.so_far()[count::found];) {
    before = f.totals.so_far()[count::found];
    f.send(batch);
    sent += 200;
    f.turn();
  }
  CHECK(f.totals.so_far()[count::found] < sent);

  std::size_t replies = 0;
  for (int i = 0; i < 10'000 && replies < sent; ++i) {
    const std::string came = f.received();
    replies +=
        static_cast<std::size_t>(std::count(came.begin(), came.end(), '\n'));
    f.turn();
  }
  CHECK(replies == sent);
  CHECK(f.ended == 0);
}

namespace {

std::string mail_of(const std::string& client, const std::string& sender) {
  return "request=smtpd_access_policy\nclient_address=" + client +
         "\nsender=" + sender + "\n\n";
}

const std::string claims = mail_of("46.0.0.1", "x@a.test");
const std::string listed = mail_of("192.0.2.1", "x@o.test");
const std::string claimed_reject = "action=REJECT a.test\n\n";
const std::string listed_reject = "action=REJECT b.test\n\n";
const std::string dunno = "action=DUNNO\n\n";

/// A session whose requests may wait, run by its loop.
struct waiting_session {
  explicit waiting_session(std::chrono::milliseconds wait) {
    judge.wait = wait;
    of.context.on_end = [this](int /*client*/) {
      ++of.ended;
      of.theirs = nullptr;
    };
  }

  /// Does `then` once it is so, and so on; a step a call.
  void when(std::function<bool()> is_so, std::function<void()> then) {
    steps.push_back({std::move(is_so), std::move(then)});
  }
  /// Ends once all steps are done.
  /// @return whether they were within 10 seconds
  bool run() {
    of.loop.after(std::chrono::seconds{10}, [this] { of.loop.end(); });
    step();
    of.loop.run();
    return steps.empty();
  }

  void step() {
    received += of.ours.is_open() ? of.received() : "";
    if (!steps.empty() && steps.front().is_so()) {
      const auto then = std::move(steps.front().then);
      steps.pop_front();
      then();
    }
    if (steps.empty())
      of.loop.end();
    else
      of.loop.after(std::chrono::milliseconds{1}, [this] { step(); });
  }

  struct one_step {
    std::function<bool()> is_so;
    std::function<void()> then;
  };

  told_judge judge;
  connected of{protocols::door::policy, &judge};
  std::string received;
  std::deque<one_step> steps;
};

} // namespace

TEST_CASE("session: a request waits until its verdict is told, and those after "
          "it with it",
          "[server][session]") {
  waiting_session f{std::chrono::hours{1}};
  f.of.send(listed + claims + listed);
  f.when([&] { return !f.judge.waiting.empty(); },
         [&] {
           CHECK(f.received == listed_reject);
           f.of.send(claims);
         });
  f.when([] { return true; },
         [&] { f.judge.tell(query_time::verdict::passes); });
  f.when(
      [&] {
        return f.received.ends_with(claimed_reject + listed_reject +
                                    claimed_reject);
      },
      [] {});
  CHECK(f.run());
  CHECK(f.received ==
        listed_reject + claimed_reject + listed_reject + claimed_reject);
  CHECK(f.of.ended == 0);
  CHECK(f.of.totals.so_far()[count::found] == 4);
}

TEST_CASE("session: a request that is told nothing is answered after the wait, "
          "and the next one at once",
          "[server][session]") {
  waiting_session f{std::chrono::milliseconds{30}};
  f.of.send(claims + claims + listed);
  f.when([&] { return f.received.ends_with(listed_reject); },
         [&] { CHECK(f.judge.waiting.size() == 1); });
  CHECK(f.run());
  CHECK(f.received == dunno + dunno + listed_reject);
  CHECK(std::chrono::steady_clock::now() >= *f.judge.until);
}

TEST_CASE("session: what is told and decides nothing is waited for until the "
          "same moment",
          "[server][session]") {
  waiting_session f{std::chrono::milliseconds{50}};
  f.of.send(claims);
  for (int i = 0; i < 3; ++i)
    f.when([&] { return !f.judge.waiting.empty(); },
           [&] { f.judge.tell(query_time::verdict::sought); });
  f.when([&] { return !f.received.empty(); }, [] {});
  CHECK(f.run());
  CHECK(f.received == dunno);
}

TEST_CASE("session: a client that goes while its request waits gets nothing, "
          "nor does anybody else",
          "[server][session]") {
  waiting_session f{std::chrono::hours{1}};
  f.of.send(claims);
  f.when([&] { return !f.judge.waiting.empty(); },
         [&] { f.of.ours = descriptor{}; });
  f.when([&] { return f.of.ended == 1; },
         [&] { f.judge.tell(query_time::verdict::passes); });
  for (int i = 0; i < 3; ++i) // what was posted is called
    f.when([] { return true; }, [] {});
  CHECK(f.run());
  CHECK(f.of.ended == 1);
  CHECK(f.of.totals.so_far()[count::found] == 0);
}

TEST_CASE("session: who gives way while a request waits is not woken",
          "[server][session]") {
  waiting_session f{std::chrono::hours{1}};
  f.of.send(claims);
  f.when([&] { return !f.judge.waiting.empty(); },
         [&] {
           f.of.theirs->give_way();
           f.judge.tell(query_time::verdict::passes);
         });
  for (int i = 0; i < 3; ++i)
    f.when([] { return true; }, [] {});
  CHECK(f.run());
  CHECK(f.received.empty());
  CHECK(f.of.ended == 0);
}

TEST_CASE("session: when it is to finish, a request that waits is answered "
          "first",
          "[server][session]") {
  waiting_session f{std::chrono::hours{1}};
  f.of.send(claims + listed);
  f.when([&] { return !f.judge.waiting.empty(); },
         [&] {
           f.judge.tell(query_time::verdict::open); // nothing is sought now
           f.of.theirs->finish();
         });
  f.when([&] { return f.of.ended == 1; }, [] {});
  CHECK(f.run());
  CHECK(f.received == dunno + listed_reject);
}

TEST_CASE("session: a request that waits behind replies that nobody reads is "
          "answered after them",
          "[server][session]") {
  waiting_session f{std::chrono::hours{1}};
  std::size_t sent = 0;
  for (std::uint64_t before = 1;
       before != f.of.totals.so_far()[count::found];) {
    before = f.of.totals.so_far()[count::found];
    for (int i = 0; i < 100; ++i, ++sent)
      f.of.send(listed);
    f.of.turn();
  }
  f.of.send(claims);
  f.when([&] { return !f.judge.waiting.empty(); },
         [&] { f.judge.tell(query_time::verdict::passes); });
  f.when([&] { return f.received.ends_with(claimed_reject); }, [] {});
  CHECK(f.run());
  CHECK(f.received.size() ==
        sent * listed_reject.size() + claimed_reject.size());
}

} // namespace session_test
