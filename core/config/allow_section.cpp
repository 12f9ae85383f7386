#include "core/config/allow_section.hpp"

#include "core/config/domain_fields.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::config {

namespace {

void read_allowed_network(const json::json_value& value,
                          allowed_network& into) {
  if (const auto network = read_prefix(value))
    into.network = *network;
}

/// Reads a network, or an object with one; whether that is without a fault.
bool read_allowed(const json::json_value& element, allowed_network& into) {
  static const json::field_table<allowed_network> fields{
      {"network", read_allowed_network},
      {"until", json::day(&allowed_network::until)},
      {"comment", json::text(&allowed_network::comment)},
  };
  const auto faults_before = element.problems().size();
  if (element.is_object()) {
    json::read_fields(element, fields, into);
    element.require("network", "a network");
  } else if (element.is_string()) {
    read_allowed_network(element, into);
  } else {
    element.unexpected("a network, or an object with one");
  }
  return element.problems().size() == faults_before;
}

void read_allowed_networks(const json::json_value& value, allow_places& given,
                           allow_settings& into) {
  for (const json::json_value& element : value.read_elements()) {
    allowed_network one;
    if (read_allowed(element, one) &&
        given.networks.is_new(element, one.network.to_string()))
      into.networks.push_back(std::move(one));
  }
}

void read_allowed_domains(const json::json_value& value,
                          const spf_domain& inherited, allow_places& given,
                          allow_settings& into) {
  static const auto fields = domain_fields<spf_domain>();
  for (const json::json_value& element : value.read_elements()) {
    spf_domain domain = inherited;
    domain.on_permerror = on_permerror::skip;
    const auto faults_before = value.problems().size();
    const auto named = read_domain(element, fields, domain);
    domain.limits = limits_of_allowed(domain.limits);
    if (named && value.problems().size() == faults_before &&
        given.domains.is_new(*named, domain.name.to_string()))
      into.domains.push_back(std::move(domain));
  }
}

void read_includes(const json::json_value& value, allow_places& given,
                   allow_settings& into) {
  for (const json::json_value& element : value.read_elements()) {
    const auto name = read_domain_name(element);
    if (name && given.includes.is_new(element, name->to_string()))
      into.includes.push_back(*name);
  }
  std::sort(into.includes.begin(), into.includes.end());
}

/// The files of a pattern.  One that cannot be had is a fault: what protects
/// must not vanish without a word.
std::vector<list_file> read_files_of(const json::json_value& value,
                                     const list_file_reader& reader) {
  const auto pattern = read_pattern(value);
  if (!pattern)
    return {};
  auto found = reader(*pattern);
  if (auto* const why = std::get_if<std::string>(&found)) {
    value.fault(std::move(*why));
    return {};
  }
  auto files = std::get<std::vector<list_file>>(std::move(found));
  for (list_file& each : files) {
    if (!each.trouble.empty())
      value.problems().add({each.path, 0, {}, std::move(each.trouble)});
  }
  return files;
}

/// The names in all files, which may name the same.
std::vector<dns::name> read_name_files(const json::json_value& value,
                                       const list_file_reader& reader) {
  std::set<dns::name> names;
  const auto take = [&names](const dns::name& name, std::size_t /*line*/) {
    names.insert(name);
    return std::optional<std::string>{};
  };
  const auto complain = [&value](json::problem fault) {
    value.problems().add(std::move(fault));
  };
  for (const json::json_value& element : value.read_elements()) {
    for (const list_file& file : read_files_of(element, reader))
      take_names(file, take, complain);
  }
  return {names.begin(), names.end()};
}

void read_providers(const json::json_value& value,
                    const list_file_reader& read_files, allow_settings& into) {
  if (value.is_array()) {
    into.providers = read_name_files(value, read_files);
    return;
  }
  if (!value.is_boolean())
    value.unexpected("true, false, or an array of the names of files");
  else if (!*value.read_boolean())
    into.providers.clear();
}

/// The lists of entries.  What is given must outlive the table.
json::field_table<allow_settings> list_fields(const spf_domain& inherited,
                                              allow_places& given) {
  return {
      {"networks",
       [&given](const json::json_value& list, allow_settings& to) {
         read_allowed_networks(list, given, to);
       }},
      {"domains",
       [&](const json::json_value& list, allow_settings& to) {
         read_allowed_domains(list, inherited, given, to);
       }},
      {"includes",
       [&given](const json::json_value& list, allow_settings& to) {
         read_includes(list, given, to);
       }},
  };
}

void read_recipients(const json::json_value& value, allow_settings& into) {
  std::vector<std::string> entries;
  for (const json::json_value& element : value.read_elements()) {
    const auto entry = element.read_text();
    if (!entry)
      continue;
    if (const auto read = table::recipients::of({std::string{*entry}}))
      entries.emplace_back(*entry);
    else
      element.fault(read.error().message);
  }
  into.recipients = *table::recipients::of(entries);
}

/// Adds the networks of one file, and what is wrong with it as warnings.
void read_seen_file(const list_file& file, json::problem_list& problems,
                    std::vector<seen_network>& into) {
  if (!file.trouble.empty()) {
    problems.warn({file.path, 0, {}, file.trouble});
    return;
  }
  json::problem_list found{file.path, problems.unknown()};
  auto networks = read_seen_list(file.text, found);
  into.insert(into.end(), std::make_move_iterator(networks.begin()),
              std::make_move_iterator(networks.end()));
  problems.warn_of_all(found);
}

/// Reads the files of the pattern, which may have the same networks.
void read_seen_files(const json::json_value& value, draft& into) {
  const auto pattern = read_path(value);
  if (!pattern || pattern->empty())
    return;
  auto found = into.read_files(*pattern);
  if (auto* const why = std::get_if<std::string>(&found)) {
    value.warn(std::move(*why));
    return;
  }
  std::vector<seen_network>& all = into.allow.seen.networks;
  for (const list_file& file : std::get<std::vector<list_file>>(found)) {
    const std::size_t before = all.size();
    read_seen_file(file, value.problems(), all);
    into.lists[file.path] = all.size() - before;
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.network < b.network;
  });
  all.erase(std::unique(all.begin(), all.end(),
                        [](const auto& a, const auto& b) {
                          return a.network == b.network;
                        }),
            all.end());
}

void read_seen(const json::json_value& value, draft& into) {
  static const json::field_table<draft> fields{
      {"file", read_seen_files},
      {"on_overlap",
       [](const json::json_value& word, draft& to) {
         static const auto read = json::choice(
             &seen_settings::on_overlap,
             {{"warn", on_overlap::warn}, {"hold", on_overlap::hold}});
         read(word, to.allow.seen);
       }},
  };
  json::read_fields(value, fields, into);
}

} // namespace

void read_allow(const json::json_value& value, draft& into) {
  const spf_domain inherited = inherited_domain(into);
  auto fields = list_fields(inherited, into.allowed);
  fields.push_back(
      {"providers", [&into](const json::json_value& list, allow_settings& to) {
         read_providers(list, into.read_files, to);
       }});
  fields.push_back({"recipients", read_recipients});
  fields.push_back(
      {"seen", [&into](const json::json_value& seen, allow_settings& /*to*/) {
         read_seen(seen, into);
       }});
  fields.push_back({"reserved", json::boolean(&allow_settings::reserved)});
  json::read_fields(value, fields, into.allow);
}

void read_allow_entries(const json::json_value& value,
                        const spf_domain& inherited, allow_places& given,
                        allow_settings& into) {
  json::read_fields(value, list_fields(inherited, given), into);
}

} // namespace spfblock::config
