#include "server/refresh/expander.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/answers_resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/costly_records.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace expander_test {

using namespace spfblock;
using namespace spfblock::server;
using std::chrono::seconds;
using testing::run_until;

namespace {

config::settings settings_for(const std::vector<const char*>& domains) {
  config::settings made;
  made.allow.reserved = false;
  made.allow.providers.clear();
  for (const char* domain : domains) {
    config::spf_domain of;
    of.name = *dns::name::from_text(domain);
    made.domains.emplace_back(of, *table::action::parse("REJECT"));
  }
  return made;
}

/// An expander on the loop of the test, and what it told.
struct fixture {
  [[nodiscard]] bool lists(std::size_t i) const {
    return expands.book().domains().size() > i &&
           !expands.book()
                .domains()[static_cast<std::ptrdiff_t>(i)]
                .effective->empty();
  }

  std::shared_ptr<testing::fixed_resolver> zone(const char* text) {
    return std::make_shared<testing::fixed_resolver>(
        [this](std::function<void()> what) {
          asked_on.push_back(std::this_thread::get_id());
          boost::asio::post(io, std::move(what));
        },
        text);
  }

  boost::asio::io_context io;
  std::vector<expander::news> told;
  std::vector<std::thread::id> asked_on;
  expander expands{
      io, [this](expander::news what) { told.push_back(std::move(what)); }};
};

constexpr const char* two = R"(
a.example. 60 IN TXT "v=spf1 include:b.example -all"
b.example. 60 IN TXT "v=spf1 ip4:192.0.2.2 -all"
)";

} // namespace

TEST_CASE("expander: asks the DNS and tells news on the controlling thread",
          "[server][expander]") {
  fixture f;
  const auto questions = f.zone(two);
  f.expands.apply(settings_for({"a.example", "b.example"}), questions);
  CHECK(f.expands.book().domains().empty());
  REQUIRE(run_until(f.io, [&] { return f.lists(0) && f.lists(1); }));
  for (const auto& each : f.asked_on)
    CHECK(each == std::this_thread::get_id());
  std::size_t ended = 0;
  std::size_t applied = 0;
  for (const expander::news& each : f.told) {
    ended += each.ended[0];
    applied += each.applied ? 1U : 0U;
  }
  CHECK(ended == 2);
  CHECK(applied == 1);
}

TEST_CASE("expander: what an earlier process knew is in force with the "
          "configuration",
          "[server][expander]") {
  fixture f;
  const auto questions = f.zone(two);
  questions->hold("b.example");
  domains::state known;
  auto& kept = known.domains.emplace_back();
  kept.name = *dns::name::from_text("b.example");
  kept.good_at = read_clocks().wall;
  kept.good.pass = net::address_set{*net::ip_prefix::parse("192.0.2.9/32")};
  f.expands.apply(settings_for({"b.example"}), questions, std::move(known));
  REQUIRE(run_until(f.io, [&] { return !f.told.empty(); }));
  CHECK(f.told.front().applied);
  CHECK(f.told.front().change.listing_changed);
  CHECK(f.lists(0));
}

TEST_CASE(
    "expander: the same configuration once more is no other one, and what "
    "is known is kept without a question",
    "[server][expander]") {
  fixture f;
  const auto questions = f.zone(two);
  const auto settings = settings_for({"b.example"});
  f.expands.apply(settings, questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(0); }));
  const std::size_t asked = questions->asked().size();
  f.told.clear();
  f.expands.apply_again(settings, questions);
  REQUIRE(run_until(f.io, [&] { return !f.told.empty(); }));
  CHECK_FALSE(f.told.front().applied);
  CHECK(f.told.front().change.listing_changed);
  CHECK(f.lists(0));
  CHECK(questions->asked().size() == asked);

  // Nor does it take away that another one was.
  f.expands.apply(settings, questions);
  f.expands.apply_again(settings, questions);
  std::size_t applied = 0;
  REQUIRE(run_until(f.io, [&] {
    for (const expander::news& each : std::exchange(f.told, {}))
      applied += each.applied ? 1U : 0U;
    return applied > 0;
  }));
  CHECK(applied == 1);
}

TEST_CASE("expander: a book that was shown stays as it was",
          "[server][expander]") {
  fixture f;
  const auto questions = f.zone(two);
  f.expands.apply(settings_for({"a.example"}), questions);
  REQUIRE(run_until(f.io, [&] { return f.lists(0); }));
  const auto before = f.expands.shared_book();
  f.expands.apply(settings_for({}), questions);
  REQUIRE(run_until(f.io, [&] { return f.expands.book().domains().empty(); }));
  CHECK(before->domains().size() == 1);
}

TEST_CASE("expander: ends in the middle of a costly look, and begins another "
          "configuration",
          "[server][expander]") {
  fixture f;
  auto made = testing::costly_record(3);
  const auto costly = std::make_shared<testing::answers_resolver>(
      f.io, std::move(made.answers));
  f.expands.apply(settings_for({"l.test"}), costly);
  const auto questions = f.zone(two);
  SECTION("another configuration") {
    f.io.run_for(std::chrono::milliseconds{100});
    f.expands.apply(settings_for({"b.example"}), questions);
    REQUIRE(run_until(f.io, [&] { return f.lists(0); }));
    CHECK(f.expands.book().domains()[0].domain.name.to_string() == "b.example");
  }
  SECTION("the end") {
    f.io.run_for(std::chrono::milliseconds{100});
    const std::size_t told = f.told.size();
    f.expands.give_up();
    CHECK(f.expands.ended_by(read_clocks().steady + seconds{30}));
    f.io.run_for(std::chrono::milliseconds{1});
    CHECK(f.told.size() == told);
  }
}

TEST_CASE("expander: a domain whose resolver goes is not heard of again",
          "[server][expander]") {
  fixture f;
  auto questions = f.zone(two);
  questions->hold("b.example");
  f.expands.apply(settings_for({"a.example"}), questions);
  REQUIRE(run_until(f.io, [&] { return questions->asked().size() == 2; }));
  questions.reset();
  f.expands.give_up();
  CHECK(f.expands.ended_by(read_clocks().steady + seconds{30}));
}

} // namespace expander_test
