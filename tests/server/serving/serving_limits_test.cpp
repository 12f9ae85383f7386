// What clients may do to a serving thread, and what it may cost.
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/serving.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <malloc.h>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace serving_limits_test {

using namespace spfblock;
using namespace spfblock::testing;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view request = "get 192.0.2.1\n";
constexpr const char* reply = "200 REJECT x.example";

/// Bytes that malloc(3) has given out; 0 under a sanitizer's malloc.
std::size_t heap() {
  const auto told = ::mallinfo2();
  return told.uordblks + told.hblkhd;
}

/// A client that sends and reads nothing, until the server reads no more.
class greedy_client : public client {
public:
  explicit greedy_client(served_table& f) : client{f.io, f.at} {
    std::string many;
    for (int i = 0; i < 1000; ++i)
      many += request;
    pollfd room{number(), POLLOUT, 0};
    while (::poll(&room, 1, 300) == 1) {
      const std::string_view rest =
          std::string_view{many}.substr(sent_ % many.size());
      const auto size = ::send(number(), rest.data(), rest.size(),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size > 0)
        sent_ += static_cast<std::size_t>(size);
    }
  }

  /// Whole requests sent.
  [[nodiscard]] std::size_t requests() const { return sent_ / request.size(); }

private:
  std::size_t sent_ = 0;
};

void allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, wanted));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Runs out of descriptors while two clients wait to be accepted.
/// @return what the clients were told, then what the log was
[[maybe_unused]] std::string starve() {
  limit_descriptors(64);
  int log[2];
  if (::pipe2(log, O_CLOEXEC | O_NONBLOCK) != 0 || ::dup2(log[1], 2) < 0)
    return "no pipe";
  std::string told;
  {
    served_table f;
    client first{f.io, f.at};
    told += first.ask("192.0.2.1") + '\n';

    boost::asio::io_context io;
    boost::asio::ip::tcp::socket second{io};
    second.open(boost::asio::ip::tcp::v4());
    auto taken = all_descriptors();
    second.connect(f.at); // by the kernel; no descriptor is left to accept it
    boost::asio::write(second, boost::asio::buffer(request));
    pollfd answered{second.native_handle(), POLLIN, 0};
    // Some pauses later the thread still serves, and has complained once.
    told += ::poll(&answered, 1, 200) == 0 ? "second waits\n" : "answered?\n";
    told += first.ask("192.0.2.1") + '\n';
    taken.clear();
    std::string text;
    boost::asio::read_until(second, boost::asio::dynamic_buffer(text), '\n');
    told += text;
  }
  char logged[4096];
  const auto size = ::read(log[0], logged, sizeof logged);
  return told +
         std::string(logged, size > 0 ? static_cast<std::size_t>(size) : 0);
}

} // namespace

TEST_CASE("serving_thread: a client that does not read is no longer read from, "
          "costs little, and gets all its replies once it reads",
          "[server][serving_thread]") {
  served_table f;
  client other{f.io, f.at};
  REQUIRE(other.ask("192.0.2.1") == reply);
  const auto before = heap();
  greedy_client greedy{f};
  const auto after = heap();
  // Blocked: the kernel's buffers are full both ways.
  CHECK(f.counted(protocols::count::found) < greedy.requests());
  CHECK(after < before + 100'000); // 24 KiB of replies, 8 KiB of requests
  CHECK(other.ask("192.0.2.1") == reply);

  for (std::size_t i = 0; i < greedy.requests(); ++i)
    REQUIRE(greedy.line() == reply);
  CHECK(other.ask("192.0.2.1") == reply);
}

TEST_CASE("serving_thread: a client that does not read is cut off at the stop "
          "when patience ends, not before others are answered",
          "[server][serving_thread]") {
  served_table f;
  greedy_client greedy{f};
  client other{f.io, f.at};
  other.send(std::string{request});
  const auto begin = std::chrono::steady_clock::now();
  f.thread.begin_stop(milliseconds{1000});
  CHECK(other.line() == reply);
  CHECK(other.line() == "error: End of file");
  f.thread.join();
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{1000});
  CHECK(f.limit.open == 0);
}

TEST_CASE("serving_thread: who has connected before the stop is answered, even "
          "if not accepted yet",
          "[server][serving_thread]") {
  for (int i = 0; i < 50; ++i) {
    served_table f;
    client hasty{f.io, f.at};
    hasty.send(std::string{request});
    f.thread.begin_stop(milliseconds{60'000});
    REQUIRE(hasty.line() == reply);
    REQUIRE(hasty.line() == "error: End of file");
  }
}

TEST_CASE("serving_thread: half a request waits for its end and harms nobody",
          "[server][serving_thread]") {
  served_table f;
  std::vector<std::unique_ptr<client>> halves;
  for (int i = 0; i < 20; ++i) {
    halves.push_back(std::make_unique<client>(f.io, f.at));
    halves.back()->send("get 192.0");
  }
  client other{f.io, f.at};
  for (int i = 0; i < 100; ++i)
    REQUIRE(other.ask("192.0.2.1") == reply);
  for (auto& each : halves) {
    each->send(".2.1\n");
    CHECK(each->line() == reply);
  }
}

TEST_CASE("serving_thread: replies come in order wherever the stream is cut",
          "[server][serving_thread]") {
  served_table f;
  f.table.store(table_with("192.0.2.0/24", "REJECT {address}"));
  client one{f.io, f.at};
  const std::string stream = "get 192.0.2.1\nget 192.0.2.22\nget 192.0.2.133\n";
  const std::vector<std::string> replies{"200 REJECT 192.0.2.1",
                                         "200 REJECT 192.0.2.22",
                                         "200 REJECT 192.0.2.133"};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    one.send(stream.substr(0, cut));
    const auto whole = static_cast<std::size_t>(
        std::count(stream.begin(),
                   stream.begin() + static_cast<std::ptrdiff_t>(cut), '\n'));
    // The replies to the first part show that it was read on its own.
    for (std::size_t i = 0; i < whole; ++i)
      REQUIRE(one.line() == replies[i]);
    one.send(stream.substr(cut));
    for (std::size_t i = whole; i < replies.size(); ++i)
      REQUIRE(one.line() == replies[i]);
  }
}

TEST_CASE("serving_thread: more requests than one buffer or one batch of "
          "replies holds are answered in order",
          "[server][serving_thread]") {
  served_table f;
  f.table.store(table_with("192.0.2.0/24", "REJECT {address}"));
  client one{f.io, f.at};
  std::string stream;
  for (int i = 0; i < 2000; ++i)
    stream += "get 192.0.2." + std::to_string(i % 256) + '\n';
  one.send(stream);
  for (int i = 0; i < 2000; ++i)
    REQUIRE(one.line() == "200 REJECT 192.0.2." + std::to_string(i % 256));
}

TEST_CASE("serving_thread: a line that is too long is answered and ends the "
          "connection",
          "[server][serving_thread]") {
  served_table f;
  client one{f.io, f.at};
  one.send("get 192.0.2.1\nget " + std::string(9000, 'x'));
  CHECK(one.line() == reply);
  CHECK(one.line() == "400 request over 8192 bytes");
  const auto end = one.line();
  CHECK(end.starts_with("error: ")); // end of file or reset
}

TEST_CASE(
    "serving_thread: a thousand idle clients stay, and cost less than 160 "
    "bytes each",
    "[server][serving_thread][epoll]") {
  constexpr std::size_t count = 1000;
  allow_descriptors(2 * count + 100);
  served_table f;
  std::vector<std::unique_ptr<client>> idle;
  idle.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    idle.push_back(std::make_unique<client>(f.io, f.at));
    REQUIRE(idle.back()->ask("192.0.2.1") == reply);
  }
  for (auto& one : idle)
    REQUIRE(one->ask("192.0.2.1") == reply);
  CHECK(f.counted(protocols::count::connections) == count);

  // What the thread gives back when it ends is what they cost.
  const auto before = heap();
  f.thread.begin_stop(milliseconds{0});
  f.thread.join();
  const auto after = heap();
  const auto each = (before - std::min(before, after)) / count;
  INFO("bytes each: " << each);
  CHECK(each < 160);
}

TEST_CASE("serving_thread: at the limit who holds a connection gives way to "
          "who asks",
          "[server][serving_thread]") {
  served_table f;
  f.limit.most = 4;
  client asks{f.io, f.at};
  REQUIRE(asks.ask("192.0.2.1") == reply);
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(std::make_unique<client>(f.io, f.at));
    idle.back()->send("g"); // no complete request
  }
  REQUIRE(run_until(f.io, [&f] { return f.limit.open == 4; }));
  std::this_thread::sleep_for(server::client_order::patience);
  std::vector<std::unique_ptr<client>> fresh;
  for (auto& goes : idle) {
    fresh.push_back(std::make_unique<client>(f.io, f.at));
    CHECK(fresh.back()->ask("192.0.2.1") == reply);
    CHECK(goes->line().starts_with("error: ")); // end of file or reset
    CHECK(asks.ask("192.0.2.1") == reply);
  }
  // All have asked: who was silent longest goes.
  client last{f.io, f.at};
  CHECK(last.ask("192.0.2.1") == reply);
  CHECK(fresh[0]->line().starts_with("error: "));
  for (client* stays : {&asks, fresh[1].get(), fresh[2].get(), &last})
    CHECK(stays->ask("192.0.2.1") == reply);
}

TEST_CASE("serving_thread: a flood of idle clients stops nobody",
          "[server][serving_thread]") {
  served_table f;
  f.limit.most = 50;
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<client>(f.io, f.at));
    client other{f.io, f.at};
    REQUIRE(other.ask("192.0.2.1") == reply);
  }
  CHECK(f.limit.open <= 51); // the last one may be leaving
  CHECK(f.counted(protocols::count::turned_away) >= 150);
}

// UndefinedBehaviorSanitizer looks at the type of an object through a pipe, for
// which there is no descriptor then.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE(
    "serving_thread: out of descriptors it serves on, complains once, and "
    "accepts those who wait when there are some again",
    "[server][serving_thread]") {
  CHECK(in_child(starve) == "200 REJECT x.example\n"
                            "second waits\n"
                            "200 REJECT x.example\n"
                            "200 REJECT x.example\n"
                            "cannot accept reason=\"Too many open files\"\n");
}
#endif

} // namespace serving_limits_test
