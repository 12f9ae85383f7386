#include "server/serving/published.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace published_test {

using spfblock::server::published;
using spfblock::server::view;

namespace {

/// Of what became of the tables below.
struct fates {
  std::atomic<int> alive = 0;
  std::atomic<int> freed_elsewhere = 0;
  std::thread::id publisher = std::this_thread::get_id();
};

/// Stands for a snapshot: torn or freed, it is not whole.
class table {
public:
  table(std::uint64_t number, fates& of) : of_{of} {
    numbers_.fill(number);
    ++of_.alive;
  }
  table(const table&) = delete;
  table& operator=(const table&) = delete;
  ~table() {
    numbers_.front() = ~std::uint64_t{0};
    --of_.alive;
    if (std::this_thread::get_id() != of_.publisher)
      ++of_.freed_elsewhere;
  }

  [[nodiscard]] std::uint64_t number() const { return numbers_.back(); }
  [[nodiscard]] bool whole() const {
    for (const std::uint64_t each : numbers_) {
      if (each != numbers_.back())
        return false;
    }
    return true;
  }

private:
  fates& of_;
  std::array<std::uint64_t, 64> numbers_{};
};

std::shared_ptr<const table> numbered(std::uint64_t number, fates& of) {
  return std::make_shared<const table>(number, of);
}

} // namespace

TEST_CASE("published gives the first snapshot until another is stored",
          "[server][published]") {
  fates told;
  published<table> tables{numbered(1, told)};
  CHECK(tables.load()->number() == 1);
  const auto version = tables.version();
  tables.store(numbered(2, told));
  CHECK(tables.load()->number() == 2);
  CHECK(tables.version() > version);
}

TEST_CASE("published frees nothing but where it collects",
          "[server][published]") {
  fates told;
  published<table> tables{numbered(1, told)};
  CHECK(tables.collect());
  for (std::uint64_t number = 2; number < 10; ++number)
    tables.store(numbered(number, told));
  CHECK(told.alive == 9);
  std::thread{[&] { CHECK(tables.collect()); }}.join();
  CHECK(told.alive == 1);
  CHECK(told.freed_elsewhere == 8);
  CHECK(tables.load()->number() == 9);
}

TEST_CASE("published is read while a large snapshot is freed",
          "[server][published]") {
  /// Its end takes until others have been at work.
  class slow {
  public:
    explicit slow(const std::atomic<int>* until) : until_{until} {}
    slow(const slow&) = delete;
    slow& operator=(const slow&) = delete;
    ~slow() {
      while (until_ != nullptr && *until_ < 3)
        std::this_thread::yield();
    }

  private:
    const std::atomic<int>* until_;
  };
  std::atomic<int> reads = 0;
  published<slow> tables{std::make_shared<const slow>(&reads)};
  tables.store(std::make_shared<const slow>(nullptr));
  std::thread builder{[&] { CHECK(tables.collect()); }};
  while (reads < 3) { // for ever, were the mutex held meanwhile
    (void)tables.load();
    ++reads;
  }
  builder.join();
}

TEST_CASE("published keeps a former snapshot as long as somebody reads it",
          "[server][published]") {
  fates told;
  published<table> tables{numbered(1, told)};
  auto first = tables.load();
  tables.store(numbered(2, told));
  auto second = tables.load();
  tables.store(numbered(3, told));
  CHECK(told.alive == 3);
  CHECK_FALSE(tables.collect());
  CHECK(first->number() == 1);

  first.reset();
  CHECK(told.alive == 3); // not here: collect() frees
  CHECK_FALSE(tables.collect());
  CHECK(told.alive == 2);
  CHECK(second->number() == 2);

  second.reset();
  CHECK(tables.collect());
  CHECK(told.alive == 1);
}

TEST_CASE("a view shows what is current at each call", "[server][published]") {
  fates told;
  published<table> tables{numbered(1, told)};
  view<table> seen{tables};
  view<table> other{tables};
  const table& first = seen.current();
  CHECK(first.number() == 1);
  CHECK(&seen.current() == &first);

  tables.store(numbered(2, told));
  CHECK(first.number() == 1); // valid until the next call
  CHECK(first.whole());
  tables.store(numbered(3, told));
  CHECK(seen.current().number() == 3);
  CHECK(other.current().number() == 3);
  CHECK(tables.collect());
  CHECK(told.alive == 1);

  view<table> late{tables};
  CHECK(late.current().number() == 3);
}

TEST_CASE("readers see whole snapshots in order while others are published",
          "[server][published]") {
  constexpr std::uint64_t last = 1000;
  fates told;
  published<table> tables{numbered(0, told)};
  std::atomic<int> faults = 0;
  std::atomic<int> at_work = 0;

  // Each reader ends when it has seen the last snapshot.
  const auto check = [&faults](const table& now, std::uint64_t before) {
    if (!now.whole() || now.number() < before)
      ++faults;
    return now.number();
  };
  const auto read_by_view = [&] {
    view<table> seen{tables};
    ++at_work;
    for (std::uint64_t number = 0; number != last;)
      number = check(seen.current(), number);
  };
  const auto read_by_load = [&] {
    ++at_work;
    for (std::uint64_t number = 0; number != last;)
      number = check(*tables.load(), number);
  };
  std::vector<std::thread> readers;
  readers.emplace_back(read_by_view);
  readers.emplace_back(read_by_view);
  readers.emplace_back(read_by_load);
  while (at_work < 3)
    std::this_thread::yield();

  auto version = tables.version();
  for (std::uint64_t number = 1; number <= last; ++number) {
    tables.store(numbered(number, told));
    if (tables.version() <= version)
      ++faults;
    version = tables.version();
    if (number % 16 == 0)
      std::this_thread::yield();
  }
  for (std::thread& reader : readers)
    reader.join();

  CHECK(faults == 0);
  CHECK(tables.collect());
  CHECK(told.alive == 1);
  CHECK(told.freed_elsewhere == 0);
}

} // namespace published_test
