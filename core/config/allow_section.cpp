#include "core/config/allow_section.hpp"

#include "core/config/domain_fields.hpp"
#include "core/config/domain_list.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace spfblock::config {

namespace {

void read_networks(const json::json_value& value, allow_settings& into) {
  json::first_places places;
  for (const json::json_value& element : value.read_elements()) {
    const auto network = read_prefix(element);
    if (network && places.is_new(element, network->to_string()))
      into.networks.push_back(*network);
  }
}

void read_domains(const json::json_value& value, const spf_domain& inherited,
                  allow_settings& into) {
  static const auto fields = domain_fields<spf_domain>();
  json::first_places places;
  for (const json::json_value& element : value.read_elements()) {
    spf_domain domain = inherited;
    domain.on_permerror = on_permerror::skip;
    const auto named = read_domain(element, fields, domain);
    domain.limits = limits_of_allowed(domain.limits);
    if (named && places.is_new(*named, domain.name.to_string()))
      into.domains.push_back(std::move(domain));
  }
}

void read_includes(const json::json_value& value, allow_settings& into) {
  json::first_places places;
  for (const json::json_value& element : value.read_elements()) {
    const auto name = read_domain_name(element);
    if (name && places.is_new(element, name->to_string()))
      into.includes.push_back(*name);
  }
  std::sort(into.includes.begin(), into.includes.end());
}

/// The names in all files, which may name the same.
std::vector<dns::name> read_name_files(const json::json_value& value,
                                       const domain_file_reader& reader) {
  std::set<dns::name> names;
  const auto take = [&names](const dns::name& name, std::size_t /*line*/) {
    names.insert(name);
    return std::optional<std::string>{};
  };
  for (const json::json_value& element : value.read_elements()) {
    for (const domain_file& file : read_pattern(element, reader))
      value.problems().add(take_names(file, take));
  }
  return {names.begin(), names.end()};
}

void read_providers(const json::json_value& value,
                    const domain_file_reader& read_files,
                    allow_settings& into) {
  if (value.is_array()) {
    into.providers = read_name_files(value, read_files);
    return;
  }
  if (!value.is_boolean())
    value.unexpected("true, false, or an array of the names of files");
  else if (!*value.read_boolean())
    into.providers.clear();
}

} // namespace

void read_allow(const json::json_value& value, const spf_domain& inherited,
                const domain_file_reader& read_files, allow_settings& into) {
  const json::field_table<allow_settings> fields{
      {"networks", read_networks},
      {"domains",
       [&inherited](const json::json_value& list, allow_settings& settings) {
         read_domains(list, inherited, settings);
       }},
      {"includes", read_includes},
      {"providers",
       [&read_files](const json::json_value& list, allow_settings& settings) {
         read_providers(list, read_files, settings);
       }},
      {"reserved", json::boolean(&allow_settings::reserved)},
  };
  json::read_fields(value, fields, into);
}

} // namespace spfblock::config
