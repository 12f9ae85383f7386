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

/// Version 3 knew no growth, 2 nothing undecided either.
constexpr std::uint64_t oldest_version = 2;
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

void append_networks(std::string& text,
                     const std::vector<net::ip_prefix>& networks) {
  for (const net::ip_prefix& network : networks)
    text += ' ' + network.to_string();
}

/// Networks as words.
std::string to_text(const std::vector<net::ip_prefix>& networks) {
  std::string text;
  append_networks(text, networks);
  return text.empty() ? text : text.substr(1);
}

long long count_of(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count();
}

/// What is in one of them only.  Nearly all that was listed is still found, so
/// that is little.
net::address_set difference(const net::address_set& a,
                            const net::address_set& b) {
  return (a - b) | (b - a);
}

/// A line for each set: a word, its numbers, its networks.  Of those that were
/// listed what makes them different from what was found good:
///
///     recent SINCE NETWORK...
///     before NETWORK...
///     waited NETWORK...
///     waiting BEGUN ENDED NETWORK...
///     held FOUND ALLOWED NETWORK...
std::string growth_text(const domain_state& of) {
  std::string text;
  const auto add = [&text](const std::string& head,
                           const net::address_set& set) {
    text += head;
    append_networks(text, set.to_prefixes());
    text += '\n';
  };
  const growth_history& growth = of.growth;
  if (growth.recent)
    add(fmt::format("recent {}", count_of(growth.recent->since)),
        difference(of.good.pass, growth.recent->addresses));
  if (growth.recent || !growth.before.empty())
    add("before", difference(of.good.pass, growth.before));
  if (!growth.waited.empty())
    add("waited", growth.waited);
  for (const growth_history::found_set& each : growth.waiting)
    add(fmt::format("waiting {} {}", count_of(each.begun),
                    count_of(each.ended)),
        each.addresses);
  if (of.held)
    add(fmt::format("held {} {}", of.held->found, of.held->allowed),
        of.held->addresses);
  return text;
}

// The members in order of their names.
void write(json::writer& to, const domain_state& of) {
  to.begin_object()
      .member("changed_at", of.changed_at)
      .member("failures", of.failures)
      .member("gone", of.gone)
      .member("good_at", of.good_at)
      .member("growth", growth_text(of))
      .member("in_part", of.in_part)
      .member("lost", to_text(of.lost.to_prefixes()))
      .member("lost_at", of.lost_at)
      .member("name", of.name.to_string())
      .member("named", to_text(of.good.named))
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

/// Takes the next word, and the blank after it, off `line`.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

/// Reads the networks that a line ends with.
std::optional<failure> read_networks(std::string_view line,
                                     std::vector<net::ip_prefix>& into) {
  while (!line.empty()) {
    const auto network = net::ip_prefix::parse(next_word(line));
    if (!network)
      return network.error();
    into.push_back(*network);
  }
  return std::nullopt;
}

void read_set(const json_value& value, net::address_set& into) {
  const auto text = value.read_text();
  std::vector<net::ip_prefix> networks;
  if (!text)
    return;
  if (auto why = read_networks(*text, networks))
    value.fault(std::move(why->message));
  into = net::address_set::of(networks);
}

void read_lost(const json_value& value, domain_state& into) {
  read_set(value, into.lost);
}

void read_named(const json_value& value, domain_state& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  if (auto why = read_networks(*text, into.good.named))
    value.fault(std::move(why->message));
}

/// Takes two numbers off `line`, as times.
std::optional<growth_history::found_set> times_from(std::string_view& line) {
  const auto begun = time_from(next_word(line));
  const auto ended = time_from(next_word(line));
  if (!begun || !ended)
    return std::nullopt;
  return growth_history::found_set{{}, *begun, *ended};
}

/// Takes in a line of growth_text() behind its first word.
std::optional<failure> read_growth_line(std::string_view word,
                                        std::string_view line,
                                        domain_state& into) {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  const failure malformed{errc::malformed, "no line about growth"};
  growth_history& growth = into.growth;
  net::address_set* set = nullptr;
  if (word == "recent") {
    const auto since = time_from(next_word(line));
    if (!since)
      return malformed;
    set = &growth.recent.emplace(growth_history::listed_set{{}, *since})
               .addresses;
  } else if (word == "before") {
    set = &growth.before;
  } else if (word == "waited") {
    set = &growth.waited;
  } else if (word == "waiting") {
    auto times = times_from(line);
    if (!times)
      return malformed;
    set = &growth.waiting.emplace_back(*std::move(times)).addresses;
  } else if (word == "held") {
    const auto found = parse_decimal(next_word(line), highest);
    const auto allowed = parse_decimal(next_word(line), highest);
    if (!found || !allowed)
      return malformed;
    set = &into.held.emplace(refusal{"growth", *found, *allowed, {}}).addresses;
  } else {
    return malformed;
  }
  std::vector<net::ip_prefix> networks;
  auto why = read_networks(line, networks);
  *set = net::address_set::of(networks);
  if (word == "recent" || word == "before")
    *set = difference(into.good.pass, *set);
  return why;
}

void read_growth(const json_value& value, domain_state& into) {
  const auto whole = value.read_text();
  if (!whole)
    return;
  std::string_view text = *whole;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view word = next_word(line);
    if (auto why = read_growth_line(word, line, into))
      return value.fault(std::move(why->message));
  }
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
      {"named", read_named, true},
      {"growth", read_growth, true},
      {"lost", read_lost, true},
      {"lost_at", json::time(&domain_state::lost_at), true},
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
  return fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{}\",\n",
                     state_version, checksum(body)) +
         body;
}

namespace {

failure malformed(std::string why) {
  return {errc::malformed, std::move(why)};
}

/// What is wrong with the first line, or with what follows it according to it.
std::optional<failure> check_head(std::string_view text) {
  constexpr std::size_t longest = 100;
  const auto end = text.substr(0, longest).find(",\n");
  if (end == std::string_view::npos)
    return malformed("no JSON of two parts");
  const auto head =
      json::document::parse(std::string{text.substr(0, end)} + '}');
  if (!head)
    return malformed("no JSON of two parts");
  json::problem_list problems;
  const json_value whole{head->root(), problems};
  const auto its_version = whole.member("spfblock_state");
  if (!its_version)
    return malformed("no JSON of two parts");
  if (!its_version->read_integer(oldest_version, state_version))
    return failure{errc::out_of_range, "of another version"};
  const auto crc = whole.member("crc32");
  if (!crc || crc->read_text() != checksum(text.substr(end + 2)))
    return malformed("the checksum does not fit");
  return std::nullopt;
}

} // namespace

result<state> state_from_json(std::string_view text) {
  static const json::field_table<state> fields{
      {"written", json::time(&state::written)},
      {"domains", json::list(&state::domains, domain_fields())},
  };
  if (auto wrong = check_head(text))
    return *std::move(wrong);
  const auto document = json::document::parse(text);
  if (!document)
    return malformed(document.error().message);
  json::problem_list problems;
  state made;
  json::read_members(json_value{document->root(), problems}, fields, made);
  if (problems.size() != 0)
    return malformed(problems.in_order().front().to_string());
  return made;
}

} // namespace spfblock::domains
