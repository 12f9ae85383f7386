// The file of hits over time: any text in place of one.
//
// Input: what stands behind the first line of such a file, which is put in
// front of it.
#include "core/hits/hit_ledger.hpp"
#include "core/support/checksum.hpp"
#include "tests/fuzz/finding.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;

namespace {

constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'700'000'000}};

std::string with_head(std::string_view body) {
  return fmt::format("{{\"spfblock_hits\":{},\"crc32\":\"{}\"}}\n{}",
                     hits::ledger_version, crc32_text(body), body);
}

/// What is told of it stays within its bounds.
void check_told(const hits::hit_series& of) {
  for (const hits::grain each : hits::grains) {
    require(of.cells(each).size() <= hits::steps_of(each),
            "no more steps are kept than are told");
    require(of.window(each, now).counts.size() == hits::steps_of(each),
            "as many steps are told as there are");
  }
  require(of.in_hour(now) < std::uint64_t{1} << 40U &&
              of.in_day(now) < std::uint64_t{1} << 40U,
          "sums do not wrap round");
}

/// @return whether the text is a ledger
bool check_text(const std::string& text) {
  auto read = hits::ledger_from_text(text);
  if (!read) {
    require(fuzz::is_printable(read.error().message) &&
                !read.error().message.empty(),
            "why a text is no ledger is safe to print");
    return false;
  }
  const std::string written = to_text(*read);
  const auto again = hits::ledger_from_text(written);
  require(again && *again == *read,
          "what was read is the same when read again");
  require(to_text(*again) == written, "and is written as before");
  std::size_t cells = 0;
  for (const auto& [name, series] : read->listings()) {
    check_told(series);
    cells += series.size();
  }
  check_told(read->in_all());
  require(cells == read->cells(), "the bound counts what is there");

  hits::hit_ledger later{hits::hit_ledger::default_most_cells / 1024};
  later.begin(now);
  later.add("a.example", 1, now);
  later.merge_earlier(*read);
  later.make_room();
  require(later.cells() <= hits::hit_ledger::default_most_cells / 1024,
          "a ledger that takes it in keeps its bound");
  check_told(later.in_all());
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  check_text(std::string{body});
  const std::string text = with_head(body);
  if (check_text(text))
    require(!hits::ledger_from_text(text + ' '),
            "the checksum covers all that follows it");
  return 0;
}
