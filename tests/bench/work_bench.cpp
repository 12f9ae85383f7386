// How long the expansions take of records that are made to take long.
//
// usage: work_bench FIRST COUNT    numbers of records (costly_records.hpp)
//
// Prints the dearest of them, a line of processor time, work and shape each,
// then their largest.  Every answer is there, by the rules of the defaults.
#include "core/spf/evaluation.hpp"
#include "tests/support/costly_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

using namespace spfblock;

namespace {

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

struct cost {
  double seconds = 0;
  std::string of;
};

cost cost_of(unsigned number) {
  const auto made = testing::costly_record(number);
  spf::rules by;
  by.dns_queries = 300;
  by.depth = 20;
  by.widest_ipv4 = 16;
  by.widest_ipv6 = 32;
  spf::parsed_records parsed;
  const auto domain = *dns::name::from_text("l.test");
  (void)spf::missing_answers(domain, made.answers, by, parsed);
  const double begin = processor_seconds();
  const auto result = spf::evaluate(domain, made.answers, by, parsed);
  const double seconds = processor_seconds() - begin;
  const auto quiet = processor_seconds();
  (void)spf::missing_answers(domain, made.answers, by, parsed);
  return {seconds,
          fmt::format("{:.3f} s (quiet {:.3f}), no. {}, {} records, {} terms, "
                      "{} work, {} missing: {}",
                      seconds, processor_seconds() - quiet, number,
                      result.records.size(), result.terms.size(), result.work,
                      result.missing.size(), made.shape)};
}

} // namespace

int main(int argc, char* argv[]) try {
  const std::vector<std::string> given(argv, argv + argc);
  if (given.size() != 3)
    throw std::invalid_argument{"usage: work_bench FIRST COUNT"};
  const auto first = static_cast<unsigned>(std::stoul(given[1]));
  const auto count = static_cast<unsigned>(std::stoul(given[2]));
  std::vector<cost> costs;
  for (unsigned i = 0; i < count; ++i)
    costs.push_back(cost_of(first + i));
  std::sort(costs.begin(), costs.end(),
            [](const cost& a, const cost& b) { return a.seconds > b.seconds; });
  costs.resize(std::min<std::size_t>(costs.size(), 12));
  for (const cost& each : costs)
    fmt::print("{}\n", each.of);
} catch (const std::exception& problem) {
  std::fprintf(stderr, "work_bench: %s\n", problem.what());
  return EXIT_FAILURE;
}
