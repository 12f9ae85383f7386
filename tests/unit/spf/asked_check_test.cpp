#include "core/spf/asked_check.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asked_check_test {

using namespace spfblock;
using spf::asked_checks;
using spf::host_check;
using spf::host_result;

namespace {

constexpr std::size_t octets = 60'000; ///< of each text

std::string padded(const std::string& record) {
  return record + " x=" + std::string(octets, 'x');
}

/// Checks of mails of a hostile domain: of dN.test, behind whose record eight
/// others are, each of 60,000 octets, until one that passes everybody; and of
/// small.test.
struct crowd {
  explicit crowd(std::size_t most)
      : checks{std::make_shared<asked_checks>(
            std::weak_ptr<dns::resolver>{questions},
            [this](const dns::name& domain, std::size_t bytes) {
              CHECK(bytes > octets);
              told.push_back(domain.to_string());
            },
            most)} {}

  void begin(std::uint64_t number, const std::string& domain,
             const spf::rules& by = {}) {
    spf::envelope of;
    of.client = *net::ip_address::parse("192.0.2.1");
    of.domain = *dns::name::from_text(domain);
    checks->begin(number, of, by, [this, number](const host_check& made) {
      ended.push_back({number, made.result, made.questions});
    });
  }

  void answer_one() {
    const auto next = std::move(queue.front());
    queue.pop_front();
    next();
    most_held = std::max(most_held, checks->held());
  }
  void answer() {
    while (!queue.empty())
      answer_one();
  }

  /// What the DNS says.
  static dns::answer answer_to(const dns::question& asked) {
    const std::string owner = asked.owner.to_string();
    dns::answer given;
    given.status = dns::answer_status::records;
    if (owner == "small.test")
      given.texts = {"v=spf1 ip4:192.0.2.1 -all"};
    else if (owner == "many.test") {
      std::string record = "v=spf1";
      for (int i = 0; i < 900; ++i)
        record += fmt::format(" include:t{}.test", i);
      given.texts = {record + " -all"};
    } else if (owner[0] == 't') // no SPF record
      given.texts = {std::string(octets, 't')};
    else if (owner.starts_with("iiiiiiii"))
      given.texts = {padded("v=spf1 ip4:192.0.2.1 -all")};
    else
      given.texts = {padded("v=spf1 include:i" + owner + " -all")};
    return given;
  }

  struct end {
    std::uint64_t number;
    host_result result;
    std::size_t questions;
  };

  class queued_resolver : public dns::resolver {
  public:
    explicit queued_resolver(crowd& of) : of_{of} {}
    void resolve(const dns::question& asked, std::shared_ptr<dns::asker>,
                 receiver done) override {
      ++of_.asked;
      of_.queue.emplace_back(
          [asked, done = std::move(done)] { done(answer_to(asked)); });
    }

  private:
    crowd& of_;
  };

  std::deque<std::function<void()>> queue;
  std::shared_ptr<dns::resolver> questions =
      std::make_shared<queued_resolver>(*this);
  std::vector<std::string> told;
  std::vector<end> ended;
  std::size_t asked = 0;
  std::size_t most_held = 0;
  std::shared_ptr<asked_checks> checks;
};

/// As many as query time has under way at once, of eight domains.
constexpr std::uint64_t at_once = 128;

void begin_all(crowd& of) {
  for (std::uint64_t i = 0; i < at_once; ++i)
    of.begin(i, fmt::format("d{}.test", i % 8));
}

} // namespace

TEST_CASE("asked_checks: what all hold together is bounded, and each comes to "
          "the end that it has alone",
          "[spf][asked_checks]") {
  constexpr std::size_t most = 3'000'000; // without it 69 million
  crowd f{most};
  begin_all(f);
  f.answer();
  REQUIRE(f.ended.size() == at_once);
  CHECK(std::all_of(f.ended.begin(), f.ended.end(), [](const crowd::end& each) {
    return each.result == host_result::pass && each.questions >= 9;
  }));
  CHECK(f.most_held <= most);
  CHECK(f.most_held > most / 2);
  CHECK(f.told.size() > at_once / 2);
  // Nobody is put aside again and again, and what was asked is counted.
  CHECK(f.asked < 3 * 9 * at_once);
  std::size_t counted = 0;
  for (const crowd::end& each : f.ended)
    counted += each.questions;
  CHECK(counted == f.asked);
  CHECK(f.checks->waiting() == 0);
  CHECK(f.checks->held() == 0);
}

TEST_CASE("asked_checks: a check that holds little goes on while others wait",
          "[spf][asked_checks]") {
  crowd f{1'000'000};
  begin_all(f);
  while (f.checks->waiting() == 0)
    f.answer_one();
  f.begin(1000, "small.test");
  while (f.ended.empty())
    f.answer_one();
  CHECK(f.ended.front().number == 1000);
  CHECK(f.ended.front().questions == 1);
  CHECK(std::find(f.told.begin(), f.told.end(), "small.test") == f.told.end());
}

TEST_CASE("asked_checks: who is given up gives back what he holds, be it a "
          "place in the line",
          "[spf][asked_checks]") {
  crowd f{1'000'000};
  begin_all(f);
  while (f.checks->waiting() < 10)
    f.answer_one();
  const auto all_at_once = GENERATE(true, false);
  for (std::uint64_t i = 0; i < at_once && !all_at_once; ++i)
    f.checks->give_up(i);
  if (all_at_once)
    f.checks->give_up_all();
  CHECK(f.checks->held() == 0);
  CHECK(f.checks->waiting() == 0);
  const std::size_t asked = f.asked;
  f.answer(); // what was under way is answered to nobody
  CHECK(f.asked == asked);
  CHECK(f.ended.empty());
  CHECK(f.checks->held() == 0);
  f.checks->give_up(5); // it is over

  f.begin(1000, "d0.test");
  f.answer();
  CHECK(f.ended.size() == 1);
}

TEST_CASE("asked_checks: the answers to one check are read up to a bound",
          "[spf][asked_checks]") {
  crowd f{asked_checks::most_bytes};
  spf::rules by;
  by.on_permerror = spf::on_permerror::skip; // goes on behind all limits
  by.dns_queries = 1000;
  f.begin(0, "many.test", by);
  f.answer();
  REQUIRE(f.ended.size() == 1);
  CHECK(f.asked * octets > asked_checks::most_answer_bytes);
  CHECK(f.most_held <= asked_checks::most_answer_bytes + 2 * octets);
}

TEST_CASE("asked_checks: nothing stays when the resolver goes",
          "[spf][asked_checks]") {
  crowd f{1'000'000};
  begin_all(f);
  while (f.checks->waiting() == 0)
    f.answer_one();
  f.questions.reset();
  f.answer(); // asks nothing more
  const std::weak_ptr<asked_checks> watched = f.checks;
  f.checks.reset();
  CHECK(watched.expired());
  CHECK(f.ended.empty());
}

} // namespace asked_check_test
