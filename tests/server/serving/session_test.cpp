#include "server/serving/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/serving.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <sys/socket.h>

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using protocols::count;

namespace {

/// A session on one end of a connection; the other end is the test's, and so
/// is the thread: the session is called by hand.
struct connected {
  explicit connected(protocols::door at = protocols::door::tcp_table) {
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
