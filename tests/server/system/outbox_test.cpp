#include "server/system/outbox.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace outbox_test {

using spfblock::server::outbox;

namespace {

struct fixture {
  void post(char what) {
    box->post([this, what] { done += what; });
  }

  /// How many handlers ran.
  static std::size_t run(boost::asio::io_context& io) {
    io.restart();
    return io.poll();
  }

  boost::asio::io_context own;
  boost::asio::io_context to;
  std::optional<outbox> box{std::in_place, own, to};
  std::string done;
};

} // namespace

TEST_CASE("outbox: what the handlers that wait have to post goes together, in "
          "its order",
          "[server][outbox]") {
  fixture f;
  for (const char each : {'a', 'b', 'c'})
    boost::asio::post(f.own, [&f, each] { f.post(each); });
  fixture::run(f.own);
  CHECK(fixture::run(f.to) == 1);
  CHECK(f.done == "abc");
  f.post('d');
  fixture::run(f.own);
  CHECK(fixture::run(f.to) == 1);
  CHECK(f.done == "abcd");
}

TEST_CASE("outbox: many go before the handlers that wait have run",
          "[server][outbox]") {
  fixture f;
  for (std::size_t i = 0; i < outbox::most; ++i)
    f.post('x');
  CHECK(fixture::run(f.to) == 1);
  CHECK(f.done == std::string(outbox::most, 'x'));
  f.post('y');
  fixture::run(f.own);
  CHECK(fixture::run(f.to) == 1);
  CHECK(f.done == std::string(outbox::most, 'x') + 'y');
}

TEST_CASE("outbox: what was posted goes when it is destroyed",
          "[server][outbox]") {
  fixture f;
  f.post('a');
  f.box.reset();
  fixture::run(f.own);
  fixture::run(f.to);
  CHECK(f.done == "a");
}

TEST_CASE("outbox: a task may post more", "[server][outbox]") {
  fixture f;
  f.box->post([&f] { f.post('b'); });
  fixture::run(f.own);
  fixture::run(f.to);
  fixture::run(f.own);
  fixture::run(f.to);
  CHECK(f.done == "b");
}

} // namespace outbox_test
