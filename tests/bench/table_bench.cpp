// Measures the table and the yardsticks with Google Benchmark: lookups, memory,
// building.  For table.py, which makes ratios of it.
//
// usage: table_bench --family ipv4|ipv6 [--prefixes N] [--seed N]
//                    [--benchmark_...]
//
// Names are TABLE/build, TABLE/ORDER/TRAFFIC and snapshot/publish.  All times
// are processor time of one thread.  First each table must give the same answer
// as net::patricia_tree to every address; where one does not, exits 1.
#include "core/net/ip_address.hpp"
#include "core/table/snapshot.hpp"
#include "server/serving/published.hpp"
#include "tests/bench/arguments.hpp"
#include "tests/bench/dir_24_8.hpp"
#include "tests/bench/lookups.hpp"
#include "tests/bench/pointer_patricia.hpp"
#include "tests/bench/sorted_ranges.hpp"
#include "tests/bench/spf_like_prefixes.hpp"

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::bench;

namespace {

struct options {
  std::string family = "ipv4";
  std::size_t prefixes = 10'000;
  std::uint64_t seed = 1;
};

struct named_traffic {
  const char* name;
  traffic kind;
};
constexpr std::array<named_traffic, 3> traffics{{{"hits", traffic::hits},
                                                 {"misses", traffic::misses},
                                                 {"half", traffic::half}}};

/// More than the caches hold, so that no answer is there from the time before.
constexpr std::size_t addresses_each = std::size_t{1} << 20U;
constexpr std::size_t addresses_a_pass = std::size_t{1} << 14U;

/// What all tables are measured with.
template <class Key>
struct workload {
  explicit workload(const options& o)
      : prefixes{spf_like_prefixes<Key>(o.prefixes, o.seed)} {
    for (std::size_t i = 0; i < traffics.size(); ++i)
      addresses[i] = addresses_for(prefixes, traffics[i].kind, addresses_each,
                                   o.seed + 1 + i);
  }

  std::vector<net::tree_entry<Key>> prefixes;
  std::array<std::vector<Key>, traffics.size()> addresses;
};

benchmark::Counter seconds_each(benchmark::IterationCount passes) {
  return {static_cast<double>(passes) * static_cast<double>(addresses_a_pass),
          benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

template <class Table, class Look>
void measure_lookups(benchmark::State& state, const Table& table,
                     const std::vector<typename Table::key_type>& addresses,
                     Look look) {
  const std::span<const typename Table::key_type> all{addresses};
  std::size_t at = 0;
  for (auto pass : state) {
    benchmark::DoNotOptimize(look(table, all.subspan(at, addresses_a_pass)));
    at = (at + addresses_a_pass) % all.size();
  }
  state.counters["seconds_a_lookup"] = seconds_each(state.iterations());
}

template <class Table>
void measure_building(benchmark::State& state,
                      const workload<typename Table::key_type>& work) {
  std::size_t bytes = 0;
  for (auto pass : state) {
    state.PauseTiming();
    auto entries = work.prefixes;
    state.ResumeTiming();
    auto table = std::make_unique<Table>(std::move(entries));
    bytes = table->memory();
    state.PauseTiming();
    table.reset();
    state.ResumeTiming();
  }
  state.counters["bytes_a_prefix"] =
      static_cast<double>(bytes) / static_cast<double>(work.prefixes.size());
}

template <class Key>
net::ip_prefix prefix_of(const net::tree_entry<Key>& entry) {
  if constexpr (sizeof(Key) == 4)
    return net::ip_prefix::containing(net::ip_address::ipv4(entry.first),
                                      entry.length);
  else
    return net::ip_prefix::containing(net::ip_address::ipv6(entry.first),
                                      entry.length);
}

/// From the networks of one listing to the snapshot that answers.
template <class Key>
void measure_publishing(benchmark::State& state, const workload<Key>& work) {
  std::vector<net::ip_prefix> networks;
  for (const auto& each : work.prefixes)
    networks.push_back(prefix_of(each));
  const auto reject = table::action::parse("REJECT");
  server::published<table::snapshot> current{
      std::make_shared<const table::snapshot>()};
  for (auto pass : state) {
    state.PauseTiming();
    std::vector<table::listing> listings;
    listings.push_back({"example.org", reject->bind("example.org"), networks});
    state.ResumeTiming();
    current.store(std::make_shared<const table::snapshot>(std::move(listings)));
  }
}

/// Registers all that is measured of one table, once it answers as ours does.
/// @return whether it does
template <class Table>
bool add_table(const std::string& name,
               const workload<typename Table::key_type>& work,
               const our_tree<typename Table::key_type>& ours) {
  const auto table = std::make_shared<const Table>(work.prefixes);
  for (const auto& addresses : work.addresses)
    for (const auto each : addresses)
      if (table->find(each) != ours.find(each)) {
        std::fprintf(stderr, "table_bench: %s gives another answer\n",
                     name.c_str());
        return false;
      }
  for (std::size_t i = 0; i < traffics.size(); ++i) {
    const auto add = [&](const char* order, auto look) {
      benchmark::RegisterBenchmark(
          (name + '/' + order + '/' + traffics[i].name).c_str(),
          [table, look, &addresses = work.addresses[i]](auto& state) {
            measure_lookups(state, *table, addresses, look);
          });
    };
    add("one_at_a_time", &find_one_at_a_time<Table>);
    add("overlapping", &find_overlapping<Table>);
  }
  benchmark::RegisterBenchmark((name + "/build").c_str(), [&work](auto& state) {
    measure_building<Table>(state, work);
  })->Unit(benchmark::kMillisecond);
  return true;
}

template <class Key>
int run(const options& o) {
  const workload<Key> work{o};
  const our_tree<Key> ours{work.prefixes};
  bool agree = add_table<our_tree<Key>>("ours", work, ours);
  if constexpr (sizeof(Key) == 4)
    agree = add_table<dir_24_8>("dir_24_8", work, ours) && agree;
  agree = add_table<sorted_ranges<Key>>("sorted_ranges", work, ours) && agree;
  agree =
      add_table<pointer_patricia<Key>>("pointer_patricia", work, ours) && agree;
  if (!agree)
    return EXIT_FAILURE;
  benchmark::RegisterBenchmark("snapshot/publish", [&work](auto& state) {
    measure_publishing(state, work);
  })->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char* argv[]) try {
  benchmark::Initialize(&argc, argv);
  options chosen;
  arguments given{argc, argv};
  given.take("--family", chosen.family);
  given.take("--prefixes", chosen.prefixes);
  given.take("--seed", chosen.seed);
  given.end();
  return chosen.family == "ipv4" ? run<std::uint32_t>(chosen)
                                 : run<net::uint128>(chosen);
} catch (const std::exception& problem) {
  std::fprintf(stderr, "table_bench: %s\n", problem.what());
  return EXIT_FAILURE;
}
