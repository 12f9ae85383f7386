#include "core/support/text.hpp"
#include "core/table/state.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <stdexcept>
#include <utility>

namespace spfblock::table {
namespace {

using json = nlohmann::json;
using std::chrono::sys_seconds;

constexpr int version = 1;

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

/// One text for many networks: read a million of them in a fraction of the
/// time that as many strings take.
std::string to_text(const net::address_set& set) {
  std::string text;
  for (const net::ip_prefix& network : set.to_prefixes())
    text += (text.empty() ? "" : " ") + network.to_string();
  return text;
}

json to_json(const domain_state& of) {
  json terms = json::array();
  for (const authorisation& each : of.good.authorised)
    terms.push_back(
        {each.record, each.term, to_json(each.since), to_text(each.addresses)});
  return {{"name", of.name.to_string()},
          {"role", of.role == role::listed ? "listed" : "allowed"},
          {"good_at", to_json(of.good_at)},
          {"changed_at", to_json(of.changed_at)},
          {"gone", of.gone},
          {"failures", of.failures},
          {"trouble", of.trouble},
          {"records", of.good.records},
          {"terms", std::move(terms)}};
}

// Reading: anything unexpected is thrown, and caught in one place. ---------

[[noreturn]] void damaged(const std::string& what) {
  throw std::invalid_argument{what};
}

sys_seconds time_from(const json& value) {
  // From 1970 to the year 9999: what arithmetic with clocks can bear.
  constexpr std::uint64_t last = 253'402'300'799;
  const auto seconds = value.is_number_unsigned()
                           ? value.get<std::uint64_t>()
                           : std::numeric_limits<std::uint64_t>::max();
  if (seconds > last)
    damaged("a time out of range");
  return sys_seconds{std::chrono::seconds{seconds}};
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

std::string text_from(const json& value) {
  auto text = value.get<std::string>();
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return c >= ' ' && c <= '~'; }))
    damaged("a text that is not printable");
  return text;
}

std::vector<net::ip_prefix> networks_from(const json& value) {
  std::vector<net::ip_prefix> networks;
  for (const std::string_view word :
       split(value.get_ref<const std::string&>(), ' ')) {
    if (word.empty()) // of a set without prefixes: IPv4-mapped numbers only
      continue;
    const auto network = net::ip_prefix::parse(word);
    if (!network)
      damaged(network.error().message);
    networks.push_back(*network);
  }
  return networks;
}

/// One authorisation; its networks are added to `all` as well.
authorisation authorisation_from(const json& value, std::size_t records,
                                 std::vector<net::ip_prefix>& all) {
  if (!value.is_array() || value.size() != 4)
    damaged("a term without its four parts");
  authorisation made;
  if (!value[0].is_number_unsigned() ||
      value[0].get<std::uint64_t>() >= records)
    damaged("a term of no record");
  made.record = value[0].get<std::size_t>();
  made.term = text_from(value[1]);
  made.since = time_from(value[2]);
  const auto networks = networks_from(value[3]);
  made.addresses = net::address_set::of(networks);
  all.insert(all.end(), networks.begin(), networks.end());
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
    damaged("no domain name: " + spfblock::quoted(text));
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
  for (const json& record : value.at("records"))
    made.good.records.push_back(text_from(record));
  std::vector<net::ip_prefix> all;
  for (const json& term : value.at("terms"))
    made.good.authorised.push_back(
        authorisation_from(term, made.good.records.size(), all));
  made.good.pass = net::address_set::of(all);
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

} // namespace spfblock::table
