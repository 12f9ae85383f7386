// How long the evaluation of many domains takes when every answer is there.
//
// usage: evaluate_bench ZONE_FILE NAMES_FILE     a domain a line
//
// Prints one line of JSON: the processor time of the fastest of some passes
// over all domains, and what it found.
#include "core/dns/answer_store.hpp"
#include "core/dns/zone.hpp"
#include "core/spf/evaluation.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

using namespace spfblock;

namespace {

constexpr int passes = 5;

std::string text_of(const std::string& path) {
  auto text = server::read_file(path);
  if (!text)
    throw std::runtime_error{text.error().message};
  return *std::move(text);
}

dns::zone zone_from(const std::string& path) {
  auto zone = dns::zone::parse(text_of(path));
  if (!zone)
    throw std::runtime_error{zone.error().message};
  return *std::move(zone);
}

std::vector<dns::name> names_from(const std::string& path) {
  const std::string text = text_of(path);
  std::vector<dns::name> names;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty())
      continue;
    auto name = dns::name::from_text(line);
    if (!name)
      throw std::runtime_error{name.error().message};
    names.push_back(*std::move(name));
  }
  return names;
}

/// Every answer that the domains need.
dns::answer_store fetch(const std::vector<dns::name>& names,
                        const dns::zone& zone) {
  dns::answer_store answers;
  for (const dns::name& each : names) {
    for (;;) {
      const auto missing = spf::evaluate(each, answers, {}).missing;
      if (missing.empty())
        break;
      for (const dns::question& asked : missing)
        answers.put(asked, zone.resolve(asked));
    }
  }
  return answers;
}

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

} // namespace

int main(int argc, char* argv[]) try {
  const std::vector<std::string> given(argv, argv + argc);
  if (given.size() != 3)
    throw std::invalid_argument{"usage: evaluate_bench ZONE_FILE NAMES_FILE"};
  const auto zone = zone_from(given[1]);
  const auto names = names_from(given[2]);
  const auto answers = fetch(names, zone);

  double fastest = 1e9;
  std::size_t grants = 0;
  for (int pass = 0; pass < passes; ++pass) {
    grants = 0;
    const double begin = processor_seconds();
    for (const dns::name& each : names)
      grants += spf::evaluate(each, answers, {}).grants.size();
    fastest = std::min(fastest, processor_seconds() - begin);
  }
  fmt::print(R"({{"domains": {}, "answers": {}, "grants": {}, )"
             R"("seconds": {:.6f}}})"
             "\n",
             names.size(), answers.size(), grants, fastest);
} catch (const std::exception& problem) {
  std::fprintf(stderr, "evaluate_bench: %s\n", problem.what());
  return EXIT_FAILURE;
}
