#include "core/domains/state.hpp"
#include "core/json/document.hpp"
#include "core/json/field.hpp"
#include "core/json/writer.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace spfblock::domains {
namespace {

using json::json_value;
using std::chrono::seconds;

constexpr std::uint64_t version = 3;
constexpr std::uint64_t oldest_version = 2; ///< knew nothing undecided
/// No network is kept for ten years.
constexpr std::uint64_t longest_kept_s = 10ULL * 366 * 24 * 3600;
/// Between the networks of a term and its text.
constexpr std::string_view end_of_networks = ":";

std::string checksum(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

/// One text for all terms: a million of them are read in a fraction of the time
/// that as many JSON arrays take.  A line each, the text of the term last,
/// since there may be anything in it:
///
///     RECORD SINCE[+KEPT_FOR] NETWORK... : TERM
std::string to_text(const std::vector<authorisation>& terms) {
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

// The members in order of their names.
void write(json::writer& to, const domain_state& of) {
  to.begin_object()
      .member("changed_at", of.changed_at)
      .member("failures", of.failures)
      .member("gone", of.gone)
      .member("good_at", of.good_at)
      .member("in_part", of.in_part)
      .member("name", of.name.to_string())
      .member("records", of.good.records)
      .member("role", text_of(of.role))
      .member("terms", to_text(of.good.authorised))
      .member("trouble", of.trouble)
      .end_object();
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

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

std::optional<std::chrono::sys_seconds> time_from(std::string_view word) {
  const auto count =
      parse_decimal(word, std::numeric_limits<std::uint64_t>::max());
  return count ? time_since_1970(*count) : std::nullopt;
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

/// Reads a line of to_text().
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

std::optional<failure> read_lines(std::string_view text, finding& into) {
  std::vector<net::ip_prefix> all;
  std::vector<net::ip_prefix> networks;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
      return failure{errc::malformed, "a term without its end"};
    networks.clear();
    if (auto why = read_line(text.substr(0, end), into.records.size(), networks,
                             into.authorised.emplace_back()))
      return why;
    all.insert(all.end(), networks.begin(), networks.end());
    text.remove_prefix(end + 1);
  }
  into.pass = net::address_set::of(all);
  return std::nullopt;
}

void read_name(const json_value& value, domain_state& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  auto name = dns::name::from_text(*text);
  if (name && name->to_string() == *text)
    into.name = *std::move(name);
  else
    value.unexpected("a domain name");
}

std::string printable_text(const json_value& value) {
  const auto text = value.read_text();
  if (text && is_printable(*text))
    return std::string{*text};
  if (text)
    value.unexpected("a printable text");
  return {};
}

void read_trouble(const json_value& value, domain_state& into) {
  into.trouble = printable_text(value);
}

void read_records(const json_value& value, domain_state& into) {
  for (const json_value& each : value.read_elements())
    into.good.records.push_back(printable_text(each));
}

void read_terms(const json_value& value, domain_state& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  if (auto why = read_lines(*text, into.good))
    value.fault(std::move(why->message));
}

/// What terms refer to stands before them.
const json::field_table<domain_state>& domain_fields() {
  static const json::field_table<domain_state> fields{
      {"name", read_name},
      {"role", json::choice(&domain_state::role, roles)},
      {"good_at", json::time(&domain_state::good_at)},
      {"changed_at", json::time(&domain_state::changed_at)},
      {"gone", json::boolean(&domain_state::gone)},
      {"failures", json::count(&domain_state::failures)},
      {"in_part", json::boolean(&domain_state::in_part), true},
      {"trouble", read_trouble},
      {"records", read_records},
      {"terms", read_terms},
  };
  return fields;
}

} // namespace

std::string to_json(const state& of) {
  json::writer domains{json::layout::dense};
  domains.begin_array();
  for (const domain_state& each : of.domains)
    write(domains, each);
  domains.end_array();
  const std::string body =
      fmt::format("\"written\":{},\n\"domains\":{}}}\n",
                  of.written.time_since_epoch().count(), domains.text());
  return fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{}\",\n", version,
                     checksum(body)) +
         body;
}

result<state> state_from_json(std::string_view text) {
  static const json::field_table<state> fields{
      {"written", json::time(&state::written)},
      {"domains", json::list(&state::domains, domain_fields())},
  };
  const auto malformed = [](std::string why) {
    return failure{errc::malformed, std::move(why)};
  };
  const std::size_t head = text.find('\n');
  const auto document = json::document::parse(text);
  if (head == std::string_view::npos || !document)
    return malformed("no JSON of two parts");
  json::problem_list problems;
  const json_value whole{document->root(), problems};
  const auto its_version = whole.member("spfblock_state");
  if (!its_version)
    return malformed("no JSON of two parts");
  if (!its_version->read_integer(oldest_version, version))
    return failure{errc::out_of_range, "of another version"};
  const auto crc = whole.member("crc32");
  if (!crc || crc->read_text() != checksum(text.substr(head + 1)))
    return malformed("the checksum does not fit");
  state made;
  json::read_members(whole, fields, made);
  if (problems.size() != 0)
    return malformed(problems.in_order().front().to_string());
  return made;
}

} // namespace spfblock::domains
