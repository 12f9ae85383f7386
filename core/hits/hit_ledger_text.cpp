#include "core/hits/hit_ledger.hpp"
#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"
#include "core/support/checksum.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace spfblock::hits {
namespace {

using cell = hit_series::cell;

constexpr std::array<std::string_view, grains.size()> grain_members{
    "minutes", "half_hours", "days"};

failure not_a_ledger(std::string why) {
  return {errc::malformed, std::move(why)};
}

/// "29384823:5 1:3": the step and its count, then each step as so much later
/// than the one before.
std::string words_of(const std::vector<cell>& all) {
  std::string words;
  std::uint32_t before = 0;
  for (const cell& each : all) {
    words += fmt::format("{}{}:{}", words.empty() ? "" : " ",
                         each.step - before, each.count);
    before = each.step;
  }
  return words;
}

std::optional<std::uint32_t> word_number(std::string_view text) {
  const auto read =
      parse_decimal(text, std::numeric_limits<std::uint32_t>::max());
  if (!read)
    return std::nullopt;
  return static_cast<std::uint32_t>(*read);
}

/// @return nothing for anything else than words_of() writes
std::optional<std::vector<cell>> cells_of(std::string_view words) {
  std::vector<cell> all;
  if (words.empty())
    return all;
  std::uint32_t before = 0;
  for (const std::string_view word : split(words, ' ')) {
    const auto colon = word.find(':');
    if (colon == std::string_view::npos)
      return std::nullopt;
    const auto later = word_number(word.substr(0, colon));
    const auto count = word_number(word.substr(colon + 1));
    if (!later || !count ||
        *later > std::numeric_limits<std::uint32_t>::max() - before)
      return std::nullopt;
    before += *later;
    all.push_back({before, *count});
  }
  return all;
}

/// A line: the hits of a listing, or in all where `name` is empty.
std::string line_of(const std::string& name, const hit_series& of) {
  json::writer to{json::layout::dense};
  to.begin_object().member("listing", name).member("last", of.last());
  for (const grain each : grains)
    to.member(grain_members[static_cast<std::size_t>(each)],
              words_of(of.cells(each)));
  to.end_object();
  return std::move(to).text() + '\n';
}

struct kept_line {
  std::string listing;
  hit_series::parts parts;
};

void read_last(const json::json_value& value, kept_line& into) {
  json::time (&hit_series::parts::last)(value, into.parts);
}

auto read_cells(grain of) {
  return [of](const json::json_value& value, kept_line& into) {
    const auto words = value.read_text();
    if (!words)
      return;
    if (auto read = cells_of(*words))
      into.parts.cells[static_cast<std::size_t>(of)] = *std::move(read);
    else
      value.unexpected("steps and counts");
  };
}

const json::field_table<kept_line>& line_fields() {
  static const json::field_table<kept_line> fields{
      {"listing", json::text(&kept_line::listing)},
      {"last", read_last},
      {"minutes", read_cells(grain::minute)},
      {"half_hours", read_cells(grain::half_hour)},
      {"days", read_cells(grain::day)},
  };
  return fields;
}

struct ledger_head {
  std::uint64_t version = 0;
  std::string crc;
};

struct ledger_facts {
  std::optional<std::chrono::sys_seconds> complete_since;
};

/// Takes a line, without its LF, off a text.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// What is wrong with the first line, or with `body` according to it.
std::optional<failure> check_ledger(std::string_view head,
                                    std::string_view body) {
  static const json::field_table<ledger_head> fields{
      {"spfblock_hits", json::count(&ledger_head::version)},
      {"crc32", json::text(&ledger_head::crc), true},
  };
  constexpr std::size_t longest_head = 200;
  const auto read = json::read_document(head.substr(0, longest_head),
                                        "the head of hits", fields);
  if (!read)
    return read.error();
  if (read->version != ledger_version)
    return failure{errc::out_of_range, "of another version"};
  if (read->crc != crc32_text(body))
    return not_a_ledger("the checksum does not fit");
  return std::nullopt;
}

} // namespace

/// Puts a ledger together again.
class ledger_reader {
public:
  [[nodiscard]] std::optional<failure> read_facts(std::string_view line) {
    static const json::field_table<ledger_facts> fields{
        {"complete_since", json::time(&ledger_facts::complete_since)},
    };
    const auto read = json::read_document(line, "the facts of hits", fields);
    if (!read)
      return read.error();
    made_.complete_since_ = read->complete_since;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<failure> read_series(std::string_view line) {
    auto document =
        json::read_document(line, "hits of a listing", line_fields());
    if (!document)
      return document.error();
    auto read = *std::move(document);
    auto series = hit_series::of_parts(std::move(read.parts));
    if (!series)
      return not_a_ledger("more steps than there are, or in disorder");
    if (read.listing.empty())
      made_.in_all_ = *std::move(series);
    else
      made_.put(read.listing, *std::move(series));
    return std::nullopt;
  }

  [[nodiscard]] hit_ledger take() { return std::move(made_); }

private:
  hit_ledger made_;
};

std::string to_text(const hit_ledger& of) {
  json::writer facts{json::layout::dense};
  facts.begin_object()
      .member("complete_since", of.complete_since())
      .end_object();
  std::string body = std::move(facts).text() + '\n';
  body += line_of({}, of.in_all());
  for (const auto& [name, series] : of.listings())
    body += line_of(name, series);
  return fmt::format("{{\"spfblock_hits\":{},\"crc32\":\"{}\"}}\n",
                     ledger_version, crc32_text(body)) +
         body;
}

result<hit_ledger> ledger_from_text(std::string_view text) {
  const std::string_view head = take_line(text);
  if (auto wrong = check_ledger(head, text))
    return *std::move(wrong);
  ledger_reader reader;
  if (auto wrong = reader.read_facts(take_line(text)))
    return *std::move(wrong);
  while (!text.empty()) {
    if (auto wrong = reader.read_series(take_line(text)))
      return *std::move(wrong);
  }
  return reader.take();
}

} // namespace spfblock::hits
