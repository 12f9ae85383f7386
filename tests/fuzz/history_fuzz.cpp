// The lines of a history: any octets in place of them.
//
// Input: the lines of a part, the oldest first.
#include "core/history/entry.hpp"
#include "core/history/newest.hpp"
#include "core/history/question.hpp"
#include "core/history/recollection.hpp"
#include "core/json/document.hpp"
#include "core/support/text.hpp"
#include "tests/fuzz/finding.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace spfblock;
using fuzz::require;

namespace {

bool is_safe(std::string_view text) {
  for (const std::string_view line : split(text, '\n'))
    if (!fuzz::is_printable(line))
      return false;
  return true;
}

/// A line that may be an entry.
void check_line(std::string_view line) {
  const auto read = history::entry_of_line(line);
  if (!read)
    return;
  const std::string written = history::to_line(*read);
  require(written.find('\n') == written.size() - 1, "an entry is one line");
  const auto again = history::entry_of_line(written);
  require(again && *again == *read,
          "what was read is the same when read again");
  const auto head = history::head_of(written);
  require(head && head->at == read->at && head->what == read->what &&
              head->role == read->role,
          "what is written begins with its head");
  require(is_safe(history::to_text(*read)) && is_safe(history::in_brief(*read)),
          "what people are told is safe for a terminal");
}

/// The last answers to a question, of the lines as one part or in two.
std::string newest_of(const std::vector<std::string_view>& lines,
                      std::string_view about, std::size_t parted_at) {
  constexpr std::size_t most = 3;
  history::newest kept{most};
  history::inquiry asked{
      *history::question::about(about),
      [&kept](const history::entry& each) { kept.add(each); }};
  for (std::size_t i = parted_at; i < lines.size(); ++i)
    asked.read(lines[i]);
  kept.turn_back();
  if (!kept.is_full()) {
    for (std::size_t i = 0; i < parted_at; ++i)
      asked.read(lines[i]);
  }
  return kept.document({}, 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto lines = split(fuzz::text_of(data, size), '\n');
  history::recollection known;
  for (const std::string_view line : lines) {
    check_line(line);
    known.read(line);
  }
  require(known.known().size() <= lines.size(),
          "no more is known than was read");
  for (const std::string_view about : {"", "a.example", "192.0.2.1"}) {
    const std::string whole = newest_of(lines, about, 0);
    require(json::document::parse(whole).has_value(), "an answer is JSON");
    require(newest_of(lines, about, lines.size() / 2) == whole,
            "the last entries are the same, be they in one file or in two");
  }
  return 0;
}
