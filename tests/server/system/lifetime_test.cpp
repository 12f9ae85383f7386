#include "server/system/lifetime.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace lifetime_test {

using namespace spfblock::server;

TEST_CASE("lifetime: a guarded handler is called with what is given, as often "
          "as it is",
          "[server][lifetime]") {
  const lifetime life;
  std::string got;
  auto handler =
      life.guarded([&](std::unique_ptr<int> number, const char* text) {
        got += std::to_string(*number) + text;
      });
  handler(std::make_unique<int>(1), "a");
  handler(std::make_unique<int>(2), "b");
  CHECK(got == "1a2b");
}

TEST_CASE("lifetime: no handler is called once its life is over",
          "[server][lifetime]") {
  std::optional<lifetime> life{std::in_place};
  int calls = 0;
  auto first = life->guarded([&] { ++calls; });

  SECTION("by end(), which begins another") {
    life->end();
    auto second = life->guarded([&] { calls += 10; });
    first();
    CHECK(calls == 0);
    second();
    CHECK(calls == 10);
    life->end();
    first();
    second();
    CHECK(calls == 10);
  }
  SECTION("with its owner") {
    life.reset();
    first();
    CHECK(calls == 0);
  }
}

TEST_CASE("lifetime: a copy of a handler has the life of the first",
          "[server][lifetime]") {
  lifetime life;
  int calls = 0;
  const std::function<void()> first = life.guarded([&] { ++calls; });
  const auto copy = first;
  copy();
  CHECK(calls == 1);
  life.end();
  copy();
  CHECK(calls == 1);
}

TEST_CASE("lifetime: is watched by who may destroy it", "[server][lifetime]") {
  auto life = std::make_unique<lifetime>();
  const auto watch = life->present();
  CHECK_FALSE(watch.over());

  SECTION("by destroying it") {
    life.reset();
  }
  SECTION("by ending it") {
    life->end();
  }
  CHECK(watch.over());
}

TEST_CASE("lifetime: a handler that is queued already is too late",
          "[server][lifetime]") {
  boost::asio::io_context io;
  auto life = std::make_unique<lifetime>();
  int calls = 0;
  boost::asio::post(io, life->guarded([&] { ++calls; }));
  boost::asio::steady_timer timer{io, std::chrono::seconds{0}};
  timer.async_wait(life->guarded([&](auto) { ++calls; }));

  SECTION("unless it is wanted") {
    io.run();
    CHECK(calls == 2);
  }
  SECTION("if the owner is gone") {
    life.reset();
    io.run();
    CHECK(calls == 0);
  }
}

} // namespace lifetime_test
