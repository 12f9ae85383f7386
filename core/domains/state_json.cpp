#include "core/domains/state.hpp"
#include "core/support/text.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace spfblock::domains {
namespace {

using json = nlohmann::json;
using std::chrono::sys_seconds;

constexpr int version = 2;
/// Between the networks of a term and its text.
constexpr std::string_view end_of_networks = ":";

std::string checksum(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

// Writing ------------------------------------------------------------------

json to_json(sys_seconds at) {
  return at.time_since_epoch().count();
}

json to_json(const std::optional<sys_seconds>& at) {
  return at ? to_json(*at) : json{};
}

/// One text for all terms: a million of them are read in a fraction of the time
/// that as many JSON arrays take.  A line each, the text of the term last,
/// since there may be anything in it:
///
///     RECORD SINCE NETWORK... : TERM
std::string to_text(const std::vector<authorisation>& terms) {
  std::string text;
  for (const authorisation& each : terms) {
    fmt::format_to(std::back_inserter(text), "{} {} ", each.record,
                   each.since.time_since_epoch().count());
    for (const net::ip_prefix& network : each.addresses.to_prefixes())
      text += network.to_string() + ' ';
    fmt::format_to(std::back_inserter(text), "{} {}\n", end_of_networks,
                   each.term);
  }
  return text;
}

json to_json(const domain_state& of) {
  return {{"name", of.name.to_string()},
          {"role", of.role == role::listed ? "listed" : "allowed"},
          {"good_at", to_json(of.good_at)},
          {"changed_at", to_json(of.changed_at)},
          {"gone", of.gone},
          {"failures", of.failures},
          {"trouble", of.trouble},
          {"records", of.good.records},
          {"terms", to_text(of.good.authorised)}};
}

// Reading: anything unexpected is thrown, and caught in one place. ---------

[[noreturn]] void damaged(const std::string& what) {
  throw std::invalid_argument{what};
}

sys_seconds time_from(std::uint64_t seconds) {
  // From 1970 to the year 9999: what arithmetic with clocks can bear.
  constexpr std::uint64_t last = 253'402'300'799;
  if (seconds > last)
    damaged("a time out of range");
  return sys_seconds{std::chrono::seconds{seconds}};
}

sys_seconds time_from(const json& value) {
  return time_from(value.is_number_unsigned()
                       ? value.get<std::uint64_t>()
                       : std::numeric_limits<std::uint64_t>::max());
}

unsigned count_from(const json& value) {
  constexpr std::uint64_t most = std::numeric_limits<unsigned>::max();
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
    damaged("a count out of range");
  return value.get<unsigned>();
}

std::optional<sys_seconds> optional_time_from(const json& value) {
  if (value.is_null())
    return std::nullopt;
  return time_from(value);
}

std::string text_from(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return c >= ' ' && c <= '~'; }))
    damaged("a text that is not printable");
  return std::string{text};
}

std::string text_from(const json& value) {
  return text_from(std::string_view{value.get_ref<const std::string&>()});
}

/// Takes the first word, and the blank after it, off `line`.
std::string_view word_from(std::string_view& line) {
  const std::size_t end = line.find(' ');
  if (end == std::string_view::npos)
    damaged("a term without its parts");
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end + 1);
  return word;
}

std::uint64_t number_from(std::string_view word) {
  std::uint64_t number = 0;
  const auto* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc{} || stop != end)
    damaged("a term without its numbers");
  return number;
}

/// A line of to_text(); its networks are added to `all` as well.
authorisation authorisation_from(std::string_view line, std::size_t records,
                                 std::vector<net::ip_prefix>& all) {
  authorisation made;
  made.record = number_from(word_from(line));
  if (made.record >= records)
    damaged("a term of no record");
  made.since = time_from(number_from(word_from(line)));
  std::vector<net::ip_prefix> networks;
  for (auto word = word_from(line); word != end_of_networks;
       word = word_from(line)) {
    const auto network = net::ip_prefix::parse(word);
    if (!network)
      damaged(network.error().message);
    networks.push_back(*network);
  }
  made.term = text_from(line);
  made.addresses = net::address_set::of(networks);
  all.insert(all.end(), networks.begin(), networks.end());
  return made;
}

finding finding_from(const json& records, std::string_view terms) {
  finding made;
  for (const json& record : records)
    made.records.push_back(text_from(record));
  std::vector<net::ip_prefix> all;
  while (!terms.empty()) {
    const std::size_t end = terms.find('\n');
    if (end == std::string_view::npos)
      damaged("a term without its end");
    made.authorised.push_back(
        authorisation_from(terms.substr(0, end), made.records.size(), all));
    terms.remove_prefix(end + 1);
  }
  made.pass = net::address_set::of(all);
  return made;
}

role role_from(const json& value) {
  const auto& text = value.get_ref<const std::string&>();
  if (text != "listed" && text != "allowed")
    damaged("an unknown role");
  return text == "listed" ? role::listed : role::allowed;
}

dns::name name_from(const json& value) {
  const auto& text = value.get_ref<const std::string&>();
  const auto name = dns::name::from_text(text);
  if (!name || name->to_string() != text)
    damaged("no domain name: " + spfblock::in_quotes(text));
  return *name;
}

domain_state domain_from(const json& value) {
  domain_state made;
  made.name = name_from(value.at("name"));
  made.role = role_from(value.at("role"));
  made.good_at = optional_time_from(value.at("good_at"));
  made.changed_at = optional_time_from(value.at("changed_at"));
  made.gone = value.at("gone").get<bool>();
  made.failures = count_from(value.at("failures"));
  made.trouble = text_from(value.at("trouble"));
  made.good = finding_from(value.at("records"),
                           value.at("terms").get_ref<const std::string&>());
  return made;
}

} // namespace

std::string to_json(const state& of) {
  json domains = json::array();
  for (const domain_state& each : of.domains)
    domains.push_back(to_json(each));
  const std::string body = "\"written\":" + to_json(of.written).dump() +
                           ",\n\"domains\":" + domains.dump() + "}\n";
  return fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{}\",\n", version,
                     checksum(body)) +
         body;
}

result<state> state_from_json(std::string_view text) {
  const auto malformed = [](const std::string& why) {
    return failure{errc::malformed, why, 0};
  };
  const std::size_t head = text.find('\n');
  const json whole =
      json::parse(text.begin(), text.end(), nullptr, false, false);
  if (head == std::string_view::npos || !whole.is_object())
    return malformed("no JSON of two parts");
  try {
    if (whole.at("spfblock_state") != version)
      return failure{errc::out_of_range, "of another version", 0};
    if (whole.at("crc32") != checksum(text.substr(head + 1)))
      return malformed("the checksum does not fit");
    state made;
    made.written = time_from(whole.at("written"));
    for (const json& each : whole.at("domains"))
      made.domains.push_back(domain_from(each));
    return made;
  } catch (const std::exception& error) {
    return malformed(printable(error.what()));
  }
}

} // namespace spfblock::domains
