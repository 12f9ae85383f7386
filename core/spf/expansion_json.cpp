#include "core/spf/expansion_json.hpp"

#include <nlohmann/json.hpp>

namespace spfblock::spf {
namespace {

using json = nlohmann::ordered_json;

json networks_of(const net::address_set& set) {
  json list = json::array();
  for (const net::ip_prefix& network : set.to_prefixes())
    list.push_back(network.to_string());
  return list;
}

json record_of(const expansion& of, std::size_t index);

json term_of(const expansion& of, std::size_t index) {
  const term_visit& term = of.terms[index];
  json records = json::array();
  for (std::size_t i = 1; i < of.records.size(); ++i) {
    if (of.records[i].via == index)
      records.push_back(record_of(of, i));
  }
  return {{"text", term.text},
          {"octet", term.offset},
          {"reached", term.reached},
          {"lists", networks_of(term.granted)},
          // What a final -all ends for is the rest of the world.
          {"cuts", term.is_all ? json::array() : networks_of(term.refused)},
          {"dns_terms", term.dns_terms},
          {"void_lookups", term.void_lookups},
          {"in_error", term.in_error},
          {"remarks", term.remarks},
          {"records", std::move(records)}};
}

json record_of(const expansion& of, std::size_t index) {
  const record_visit& record = of.records[index];
  json terms = json::array();
  for (std::size_t i = 0; i < of.terms.size(); ++i) {
    if (of.terms[i].record == index)
      terms.push_back(term_of(of, i));
  }
  return {{"domain", record.domain.to_string()},
          {"ttl_s", record.ttl},
          {"text", record.text},
          {"error", record.error},
          {"terms", std::move(terms)}};
}

json listing_of(const expansion& of) {
  json list = json::array();
  for (const grant& each : of.grants) {
    for (const net::ip_prefix& network : each.addresses.to_prefixes())
      list.push_back(
          {{"network", network.to_string()}, {"chain", chain(of, each.term)}});
  }
  return list;
}

json domain_of(const expansion& of) {
  return {{"domain", of.domain.to_string()},
          {"outcome", text_of(of.outcome)},
          {"reason", of.reason},
          {"ttl_s", of.ttl},
          {"dns_questions", of.questions},
          {"networks", networks_of(of.pass)},
          {"ipv4_addresses", of.pass.ipv4_count()},
          {"ipv6_slash64s", of.pass.ipv6_slash64_count()},
          {"provenance", listing_of(of)},
          {"record", record_of(of, 0)}};
}

} // namespace

std::string to_json(const std::vector<expansion>& expansions) {
  json domains = json::array();
  for (const expansion& each : expansions)
    domains.push_back(domain_of(each));
  return json{{"domains", std::move(domains)}}.dump(2) + '\n';
}

} // namespace spfblock::spf
