#include "server/serving/client_order.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <list>
#include <memory>

namespace client_order_test {

using spfblock::server::client_order;
using namespace std::chrono_literals;

namespace {

struct some_client final : client_order::client {
  using client::client;
};

constexpr client_order::clock::time_point start{};

} // namespace

TEST_CASE("client_order: nobody gives way where there is nobody",
          "[server][client_order]") {
  client_order order;
  CHECK(order.first_to_go(start) == nullptr);
  { const some_client gone{order, start}; }
  CHECK(order.first_to_go(start + 1h) == nullptr);
}

TEST_CASE("client_order: who has been connected longest without a request "
          "gives way before all who have asked",
          "[server][client_order]") {
  client_order order;
  some_client first{order, start};
  some_client second{order, start + 1ms};
  some_client third{order, start + 2ms};
  first.has_asked(order);
  CHECK(order.first_to_go(start + 2s) == &second);
  second.leave_order();
  CHECK(order.first_to_go(start + 2s) == &third);
  third.has_asked(order);
  CHECK(order.first_to_go(start + 2s) == &first);
}

TEST_CASE("client_order: of those who have asked, who was silent longest",
          "[server][client_order]") {
  client_order order;
  some_client first{order, start};
  auto second = std::make_unique<some_client>(order, start);
  some_client third{order, start};
  for (some_client* each : {&third, second.get(), &first, &third})
    each->has_asked(order);
  CHECK(order.first_to_go(start) == second.get());
  second = nullptr;
  CHECK(order.first_to_go(start) == &first);
}

TEST_CASE("client_order: a client has a second for its first request, unless "
          "all others are as new",
          "[server][client_order]") {
  client_order order;
  some_client old{order, start};
  some_client fresh{order, start + 10s};
  old.has_asked(order);
  CHECK(order.first_to_go(start + 10s + 999ms) == &old);
  CHECK(order.first_holder(start + 10s + 999ms) == nullptr);
  CHECK(order.first_holder(start + 11s) == &fresh);
  CHECK(order.first_to_go(start + 11s) == &fresh);
  old.leave_order();
  CHECK(order.first_to_go(start + 10s) == &fresh);
}

TEST_CASE("client_order: a crowd that does not ask has no patience",
          "[server][client_order]") {
  client_order order;
  some_client old{order, start};
  old.has_asked(order);
  std::list<some_client> crowd;
  for (unsigned i = 0; i < client_order::crowd; ++i) {
    crowd.emplace_back(order, start + 10s);
    CHECK(order.first_to_go(start + 10s) == &old);
  }
  crowd.emplace_back(order, start + 10s);
  CHECK(order.first_to_go(start + 10s) == &crowd.front());
}

} // namespace client_order_test
