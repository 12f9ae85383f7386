#include "server/admin/page_maker.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace page_maker_test {

using namespace spfblock;
using namespace spfblock::server;
using std::chrono::milliseconds;
using testing::run_until;

namespace {

admin_reply page(std::string text) {
  return {200, "text/plain", std::move(text)};
}

/// A maker whose first page is under way until it is let go.
struct fixture {
  explicit fixture(page_limits within = {}) : maker{io, within} {}

  ~fixture() { let_go(); }

  /// A page of that text; replies are gathered.
  page_maker::wish ask(const std::string& text) {
    return maker.make(
        [this, text] {
          made += text + ' ';
          return page(text);
        },
        [this](const admin_reply& reply) {
          replies.push_back(std::to_string(reply.status) + ' ' + reply.body);
        });
  }

  /// A page that is begun now and ends at let_go().
  page_maker::wish hold() {
    auto wish = maker.make(
        [this] {
          begun = true;
          released.get_future().wait();
          return page("held");
        },
        [this](const admin_reply& reply) { replies.push_back(reply.body); });
    REQUIRE(run_until(io, [&] { return begun.load(); }));
    return wish;
  }

  void let_go() {
    if (!std::exchange(has_let_go, true))
      released.set_value();
  }

  bool gets(std::size_t count) {
    return run_until(io, [&] { return replies.size() >= count; });
  }

  boost::asio::io_context io{1};
  std::string made; ///< of the maker's thread until it gives the reply
  std::vector<std::string> replies;
  std::promise<void> released;
  std::atomic<bool> begun = false;
  bool has_let_go = false;
  page_maker maker;
};

} // namespace

TEST_CASE("page_maker: makes pages elsewhere, one after the other",
          "[server][page_maker]") {
  fixture f;
  std::thread::id where;
  const auto first = f.maker.make(
      [&] {
        where = std::this_thread::get_id();
        return page("");
      },
      [&](const admin_reply& reply) { f.replies.push_back(reply.body); });
  const auto second = f.ask("b");
  const auto third = f.ask("c");
  REQUIRE(f.gets(3));
  CHECK(where != std::this_thread::get_id());
  CHECK(f.made == "b c ");
  CHECK(f.replies == std::vector<std::string>{"", "200 b", "200 c"});
}

TEST_CASE("page_maker: so many wait, and no more", "[server][page_maker]") {
  fixture f{{.waiting = 2}};
  const auto held = f.hold();
  const auto first = f.ask("a");
  const auto second = f.ask("b");
  const auto third = f.ask("c");
  REQUIRE(f.gets(1));
  CHECK(f.replies.front() == "503 too many pages are asked for at once\n");
  f.let_go();
  REQUIRE(f.gets(4));
  CHECK(f.made == "a b ");
}

TEST_CASE("page_maker: nobody waits for ever", "[server][page_maker]") {
  fixture f{{.longest = milliseconds{1}}};
  const auto held = f.hold();
  const auto late = f.ask("a");
  std::this_thread::sleep_for(milliseconds{5});
  f.let_go();
  REQUIRE(f.gets(2));
  CHECK(f.replies.back() == "503 other pages take too long\n");
  CHECK(f.made.empty());
}

TEST_CASE("page_maker: what is given up is not made", "[server][page_maker]") {
  fixture f;
  auto held = f.hold();
  auto given_up = f.ask("a");
  auto unheard = f.ask("b");
  const auto last = f.ask("c");
  given_up = {};
  unheard.is_not_waited_for();
  held = {}; // under way: it is made for nobody
  f.let_go();
  REQUIRE(f.gets(2));
  CHECK(f.made == "c ");
  // Who is refused is told by the asking thread, maybe after the page is made.
  std::sort(f.replies.begin(), f.replies.end());
  CHECK(f.replies ==
        std::vector<std::string>{"200 c", "503 the client seems to be gone\n"});
}

TEST_CASE("page_maker: while large replies are sent none is begun",
          "[server][page_maker]") {
  fixture f{{.held = 3}};
  auto small = f.ask("abc");
  auto large = f.ask("d");
  auto next = f.ask("e");
  REQUIRE(f.gets(2));
  f.io.run_for(milliseconds{20});
  CHECK(f.replies.size() == 2);
  large = {}; // it is sent
  REQUIRE(f.gets(3));
  CHECK(f.made == "abc d e ");
}

TEST_CASE("page_maker: a page that memory is lacking for is no end",
          "[server][page_maker]") {
  fixture f;
  const auto large = f.maker.make(
      []() -> admin_reply { throw std::bad_alloc{}; },
      [&](const admin_reply& reply) { f.replies.push_back(reply.body); });
  const auto next = f.ask("a");
  REQUIRE(f.gets(2));
  CHECK(f.replies.front() == "the page is too large for the memory\n");
  CHECK(f.replies.back() == "200 a");
}

TEST_CASE("page_maker: a page is compressed for who likes that",
          "[server][page_maker]") {
  fixture f;
  const std::string text(10'000, 'x');
  admin_reply made;
  bool has_it = false;
  const auto wish = f.maker.make([&] { return page(text); },
                                 [&](admin_reply reply) {
                                   made = std::move(reply);
                                   has_it = true;
                                 },
                                 content_coding::gzip);
  REQUIRE(run_until(f.io, [&] { return has_it; }));
  CHECK(made.coding == content_coding::gzip);
  CHECK(made.body.size() < text.size() / 10);
}

TEST_CASE("page_maker: given up, it begins nothing, and says what is under way",
          "[server][page_maker]") {
  fixture f;
  const auto held = f.hold();
  const auto waiting = f.ask("a");
  f.maker.give_up();
  const auto late = f.ask("b");
  const auto now = [] { return std::chrono::steady_clock::now(); };
  CHECK_FALSE(f.maker.ended_by(now() + milliseconds{10}));
  f.let_go();
  CHECK(f.maker.ended_by(now() + std::chrono::minutes{1}));
  f.io.run_for(milliseconds{20});
  CHECK(f.made.empty());
  CHECK(f.replies.empty());
}

TEST_CASE("page_maker: whoever asks may live as long as he waits",
          "[server][page_maker]") {
  /// Holds a wish, and is held by what is done with the page.
  struct client {
    explicit client(unsigned& counted) : all{&counted} { ++*all; }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { --*all; }
    unsigned* all;
    page_maker::wish wish;
  };
  unsigned clients = 0;
  fixture f;
  const auto add = [&](page_maker::recipe how) {
    const auto made = std::make_shared<client>(clients);
    made->wish = f.maker.make(std::move(how),
                              [made](const admin_reply&) { made->wish = {}; });
  };
  add([&] {
    f.begun = true;
    f.released.get_future().wait();
    return page("");
  });
  REQUIRE(run_until(f.io, [&] { return f.begun.load(); }));
  add([] { return page(""); });
  add([] { return page(""); });
  CHECK(clients == 3);
  SECTION("given up") {
    f.maker.give_up();
    CHECK(clients == 0);
    f.let_go();
  }
  SECTION("served") {
    f.let_go();
    CHECK(run_until(f.io, [&] { return clients == 0; }));
  }
}

TEST_CASE("page_maker: what a recipe holds is let go where it was used",
          "[server][page_maker]") {
  /// Tells on which thread it is destroyed.
  struct large {
    explicit large(std::promise<std::thread::id>& tell) : told{&tell} {}
    large(const large&) = delete;
    large& operator=(const large&) = delete;
    ~large() { told->set_value(std::this_thread::get_id()); }
    std::promise<std::thread::id>* told;
  };
  fixture f;
  std::promise<std::thread::id> used;
  std::promise<std::thread::id> unused;
  const auto recipe = [](std::promise<std::thread::id>& tell) {
    return [held = std::make_shared<large>(tell)] { return page("."); };
  };
  const auto ignore = [](const admin_reply&) {};
  const auto first = f.maker.make(recipe(used), ignore);
  CHECK(used.get_future().get() != std::this_thread::get_id());
  auto held = f.hold();
  auto second = f.maker.make(recipe(unused), ignore);
  second = {};
  f.let_go();
  CHECK(unused.get_future().get() != std::this_thread::get_id());
}

} // namespace page_maker_test
