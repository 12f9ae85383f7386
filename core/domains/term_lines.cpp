#include "core/domains/term_lines.hpp"

#include "core/domains/state_words.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <iterator>

namespace spfblock::domains {
namespace {

using std::chrono::seconds;

/// No network is kept for ten years.
constexpr std::uint64_t longest_kept_s = 10ULL * 366 * 24 * 3600;
/// Between the networks of a term and its text.
constexpr std::string_view end_of_networks = ":";

/// Takes the first word, and the blank after it, off `line`.
/// @return an empty one if there is none
std::string_view word_from(std::string_view& line) {
  const std::size_t end = line.find(' ');
  if (end == std::string_view::npos)
    return {};
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end + 1);
  return word;
}

/// Reads SINCE, and KEPT_FOR if it is there.
bool read_times(std::string_view word, authorisation& into) {
  const std::size_t plus = word.find('+');
  const auto since = time_from(word.substr(0, plus));
  if (!since)
    return false;
  into.since = *since;
  if (plus == std::string_view::npos)
    return true;
  const auto kept_for = parse_decimal(word.substr(plus + 1), longest_kept_s);
  into.kept_for = seconds{kept_for.value_or(0)};
  return kept_for.has_value();
}

/// Takes the networks of a line, and their end, off it.
std::optional<failure> take_networks(std::string_view& line,
                                     std::vector<net::ip_prefix>& into) {
  for (auto word = word_from(line); word != end_of_networks;
       word = word_from(line)) {
    const auto network = net::ip_prefix::parse(word);
    if (!network)
      return network.error();
    into.push_back(*network);
  }
  return std::nullopt;
}

/// Reads a line of to_lines().
/// @param networks of the line
std::optional<failure> read_line(std::string_view line, std::size_t records,
                                 std::vector<net::ip_prefix>& networks,
                                 authorisation& into) {
  const auto record = parse_decimal(word_from(line), records);
  if (!record || *record == records)
    return failure{errc::malformed, "a term of no record"};
  if (!read_times(word_from(line), into))
    return failure{errc::malformed, "a term without its time"};
  if (auto why = take_networks(line, networks))
    return why;
  if (!is_printable(line))
    return failure{errc::malformed, "a term that is not printable"};
  into.record = *record;
  into.term = line;
  into.addresses = net::address_set::of(networks);
  return std::nullopt;
}

} // namespace

std::string to_lines(const std::vector<authorisation>& terms) {
  std::string text;
  for (const authorisation& each : terms) {
    fmt::format_to(std::back_inserter(text), "{} {}", each.record,
                   each.since.time_since_epoch().count());
    if (each.kept_for.count() > 0)
      fmt::format_to(std::back_inserter(text), "+{}",
                     std::chrono::ceil<seconds>(each.kept_for).count());
    text += ' ';
    for (const net::ip_prefix& network : each.addresses.to_prefixes())
      text += network.to_string() + ' ';
    fmt::format_to(std::back_inserter(text), "{} {}\n", end_of_networks,
                   each.term);
  }
  return text;
}

std::optional<failure> read_terms(std::string_view lines, finding& into) {
  std::vector<net::ip_prefix> all;
  std::vector<net::ip_prefix> networks;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos)
      return failure{errc::malformed, "a term without its end"};
    networks.clear();
    if (auto why = read_line(lines.substr(0, end), into.records.size(),
                             networks, into.authorised.emplace_back()))
      return why;
    all.insert(all.end(), networks.begin(), networks.end());
    lines.remove_prefix(end + 1);
  }
  into.pass = net::address_set::of(all);
  return std::nullopt;
}

} // namespace spfblock::domains
