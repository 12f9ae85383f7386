// Tests also: hit_record.
#include "server/hits/hit_keeper.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace hit_keeper_test {

using namespace spfblock;
using namespace spfblock::server;
namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream{path, std::ios::binary}.rdbuf();
  return all.str();
}

std::vector<table::listing> listings(const std::vector<std::string>& names) {
  std::vector<table::listing> made;
  for (const std::string& each : names)
    made.push_back({each, *table::action::parse("REJECT"), {}});
  return made;
}

/// A keeper, and what a serving thread of its own counts.
struct fixture {
  explicit fixture(const std::string& state_file) {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    all = listings({"192.0.2.0/24", "a.example", "b.example"});
    numbers.give(all, 1);
    keeper.use(state_file);
  }

  void hit(std::size_t listing, int times) {
    for (int i = 0; i < times; ++i)
      counts.add(all[listing].counter);
  }

  bool stop() {
    return keeper.stop(read_clocks().steady + std::chrono::minutes{1});
  }

  /// Hits in the last hour.
  std::uint64_t told(const std::string& listing) {
    const auto now = read_clocks().wall;
    keeper.record()->harvest(listing_hits{{&counts}}, now);
    return keeper.record()->read([&](const hits::hit_ledger& ledger) {
      const auto* of =
          listing.empty() ? &ledger.in_all() : ledger.find(listing);
      return of ? of->in_hour(now) : 0;
    });
  }

  boost::asio::io_context io{1};
  log_sink log;
  listing_numbers numbers;
  std::vector<table::listing> all;
  hit_counts counts;
  boost::asio::thread_pool thread{1};
  hit_keeper keeper{io, log, numbers,
                    [this] { return listing_hits{{&counts}}; }, thread};
};

TEST_CASE("listing_numbers: each name has one for good, networks as far as "
          "there are any",
          "[server][hits]") {
  listing_numbers numbers;
  auto all = listings({"192.0.2.0/24", "a.example"});
  numbers.give(all, 1);
  CHECK(numbers.find("a.example") == all[1].counter);
  CHECK(numbers.name_of(all[0].counter) == "192.0.2.0/24");
  CHECK(numbers.of_networks() ==
        std::vector<std::uint32_t>{listing_numbers::shared, all[0].counter});
  const auto before = all[0].counter;
  std::vector<std::string> many;
  for (std::size_t i = 0; i < listing_numbers::most_networks; ++i)
    many.push_back(std::to_string(i) + "/32");
  many.emplace_back("192.0.2.0/24");
  many.emplace_back("new.example");
  all = listings(many);
  numbers.give(all, many.size() - 1);
  CHECK(all[many.size() - 2].counter == before);
  CHECK(all[many.size() - 3].counter == listing_numbers::shared);
  CHECK(all.back().counter == numbers.last());
  CHECK(numbers.name_of(listing_numbers::shared).empty());
}

TEST_CASE("hit_keeper: what was counted is kept over a restart",
          "[server][hits]") {
  const testing::temporary_folder folder;
  const std::string state = folder / "state.json";
  {
    fixture first{state};
    first.hit(0, 1);
    first.hit(1, 3);
    CHECK(first.told("a.example") == 3);
    first.hit(1, 2);
    CHECK(first.told("a.example") == 5);
    CHECK(first.told("") == 6);
    first.hit(2, 1);
    REQUIRE(first.stop());
  }
  fixture second{state};
  second.hit(1, 1);
  REQUIRE(second.stop());
  CHECK(second.told("a.example") == 6);
  CHECK(second.told("b.example") == 1);
  CHECK(second.told("192.0.2.0/24") == 1);
  CHECK(second.told("") == 8);
}

TEST_CASE("hit_keeper: without a state file hits are counted and not kept",
          "[server][hits]") {
  fixture f{""};
  f.hit(1, 1);
  CHECK(f.told("a.example") == 1);
  CHECK(f.stop());
}

TEST_CASE("hit_keeper: a file that it cannot use is put aside, whole",
          "[server][hits]") {
  const testing::temporary_folder folder;
  const std::string state = folder / "state.json";
  const std::string path = hits_path(state);
  const auto [text, aside] = GENERATE(
      std::pair<std::string, std::string>{"what is that", ".damaged"},
      std::pair<std::string, std::string>{
          "{\"spfblock_hits\":2,\"crc32\":\"00000000\"}\n", ".other-version"});
  std::ofstream{path, std::ios::binary} << text;
  {
    fixture f{state};
    f.hit(1, 1);
    REQUIRE(f.stop());
  }
  CHECK(content_of(path + aside) == text);
  CHECK(hits::ledger_from_text(content_of(path)));
}

TEST_CASE("hit_keeper: a file that cannot be written stops nothing",
          "[server][hits]") {
  const testing::temporary_folder folder;
  const std::string state = folder / "state.json";
  fs::create_directory(hits_path(state));
  fixture f{state};
  f.hit(1, 2);
  CHECK(f.stop());
  CHECK(f.told("a.example") == 2);
  CHECK(fs::is_directory(hits_path(state)));
}

TEST_CASE("hit_keeper: another state file is written beside from then on",
          "[server][hits]") {
  const testing::temporary_folder folder;
  fixture f{folder / "one"};
  f.hit(1, 2);
  f.keeper.use(folder / "two");
  REQUIRE(f.stop());
  CHECK_FALSE(fs::exists(folder / "one.hits"));
  const auto kept = hits::ledger_from_text(content_of(folder / "two.hits"));
  REQUIRE(kept);
  CHECK(kept->find("a.example"));
}

} // namespace hit_keeper_test
