// What records cost that are made to cost much: 1 if it is more than they may.
//
// usage: work_bench [FIRST COUNT]    numbers of records (costly_records.hpp)
//        work_bench total [NETWORKS] as many networks as limits.total allows,
//                                    or may be told to, and one domain more
//
// By default the first thousand.  Prints the dearest expansion of a domain,
// looks and settling included, what the controlling thread does between two
// beats of the pulse, and how much memory all took.  Seconds are of processor
// time, so that a busy machine changes little; where the program is not
// optimised, or sanitizers watch it, more of everything is allowed.
#include "tests/support/hostile_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace spfblock;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double slowness = 12;
constexpr double weight = 6;
#elif !defined(__OPTIMIZE__)
constexpr double slowness = 8;
constexpr double weight = 1;
#else
constexpr double slowness = 1;
constexpr double weight = 1;
#endif

// About a second for the looks of a domain, and what becomes of them.
constexpr double most_expansion_s = 3 * slowness;
constexpr double most_gap_s = 0.05 * slowness;
constexpr double most_memory_mib = 768 * weight;
// Of which a quarter are the answers that the bench gives.
constexpr double most_memory_of_all_mib = 2048 * weight;

double peak_memory_mib() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

/// @return whether it is within its bound
bool tell(const char* what, double found, double most, const std::string& of) {
  fmt::print("{}: {:.3f}, at most {:.3f}{}{}\n", what, found, most,
             found <= most ? "" : ": TOO MUCH", of);
  return found <= most;
}

/// @return whether it is within its bounds
bool tell(const char* what, const testing::toll_of_all::step& of) {
  fmt::print("{}: {} networks listed, {} domains cut, {:.3f} s; longest "
             "silence {:.3f} s\n",
             what, of.listed, of.cut, of.cost, of.silence);
  return tell("controlling thread between two beats, s", of.gap, most_gap_s,
              "");
}

/// Lists as much as all domains together may, and one more.
int fill(std::size_t total) {
  const auto cost = testing::toll_of_filling(total);
  fmt::print("{} domains; a table of all takes {:.3f} s\n", cost.domains,
             cost.table);
  bool fits = tell("all but one", cost.filled);
  fits &= tell("one more", cost.over);
  fits &= tell("the same again", cost.again);
  fits &=
      tell("peak memory, MiB", peak_memory_mib(), most_memory_of_all_mib, "");
  const bool refuses = cost.filled.cut == 0 && cost.over.cut > 0 &&
                       cost.over.told == cost.over.cut &&
                       cost.over.listed > cost.filled.listed / 10 * 9;
  if (!refuses)
    fmt::print("what is over the total is not refused, or not told\n");
  return fits && refuses ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char* argv[]) try {
  const std::vector<std::string> given(argv, argv + argc);
  if (given.size() > 1 && given[1] == "total")
    return fill(given.size() > 2 ? std::stoul(given[2]) : 0);
  if (given.size() != 1 && given.size() != 3)
    throw std::invalid_argument{"usage: work_bench [FIRST COUNT]"};
  const bool chosen = given.size() == 3;
  const auto first = chosen ? std::stoul(given[1]) : 0;
  const auto count = chosen ? std::stoul(given[2]) : 1000;
  const auto cost = testing::toll_of(static_cast<unsigned>(first),
                                     static_cast<unsigned>(count), 1);
  bool fits = tell("dearest expansion, s", cost.expansion, most_expansion_s,
                   " (" + cost.dearest + ')');
  fits &= tell("controlling thread between two beats, s", cost.gap, most_gap_s,
               fmt::format(" ({} beats, longest silence {:.3f} s)", cost.beats,
                           cost.silence));
  fits &= tell("peak memory, MiB", peak_memory_mib(), most_memory_mib, "");
  return fits ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "work_bench: %s\n", problem.what());
  return EXIT_FAILURE;
}
