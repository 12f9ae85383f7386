#include "core/config/settings_parser.hpp"

#include "core/config/allow_section.hpp"
#include "core/config/domain_fields.hpp"
#include "core/config/domain_list.hpp"
#include "core/config/provider_list.hpp"
#include "core/config/sections.hpp"
#include "core/json/document.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"
#include "core/json/problem_list.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace spfblock::config {

namespace {

using class_names = std::vector<std::string>;

/// The settings and what is needed on the way to them.
struct draft : settings {
  explicit draft(const domain_file_reader& reader)
      : settings{default_settings()},
        read_domain_files{reader} {}

  const domain_file_reader& read_domain_files;
  class_names restriction_classes;
  table::action action = *table::action::parse(default_action);
  config::on_permerror on_permerror = config::on_permerror::stop;
  domain_list listed;
};

/// An entry, and the names that its action may use.
template <class Entry>
struct entry_draft : Entry {
  const class_names& restriction_classes;
};

/// The `action` of the settings or of an entry.
template <class Into>
void read_action(const json::json_value& value, Into& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  auto action = table::action::parse(*text, into.restriction_classes);
  if (action)
    into.action = *std::move(action);
  else
    value.fault(action.error().message);
}

void read_listen(const json::json_value& value, draft& into) {
  constexpr std::string_view expected =
      R"(an address and a port, as in "127.0.0.1:10060" or "[::1]:10060")";
  into.listen.clear();
  json::first_places places;
  const auto problems_before = value.problems().size();
  for (const json::json_value& element : value.read_elements()) {
    const auto endpoint = read_endpoint(element, expected);
    if (endpoint && places.is_new(element, endpoint->to_string()))
      into.listen.push_back({protocols::door::tcp_table, *endpoint});
  }
  if (into.listen.empty() && value.problems().size() == problems_before)
    value.fault(fmt::format("found an empty array (expected {})", expected));
}

/// A parameter of main.cf that smtpd_restriction_classes can name.
bool is_class_name(std::string_view text) {
  constexpr std::size_t longest = 64;
  return !text.empty() && text.size() <= longest && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '_' || c == '-';
         });
}

void read_restriction_classes(const json::json_value& value, draft& into) {
  for (const json::json_value& element : value.read_elements()) {
    const auto name = element.read_text();
    if (!name)
      continue;
    if (!is_class_name(*name))
      element.unexpected("the name of a restriction class: a letter, then "
                         "letters, digits, _ and -");
    else if (table::action::is_word(*name))
      element.unexpected("a name that is no action of access(5)");
    else
      into.restriction_classes.emplace_back(*name);
  }
}

spf_domain inherited_domain(const draft& from) {
  return {{}, from.on_permerror, from.limits, {}, {}};
}

domain_entry inherited_entry(const draft& from) {
  return {inherited_domain(from), from.action};
}

void read_allow_section(const json::json_value& value, draft& into) {
  read_allow(value, inherited_domain(into), into.read_domain_files, into.allow);
}

void read_domains(const json::json_value& value, draft& into) {
  using entry_type = entry_draft<domain_entry>;
  static const auto fields = [] {
    auto table = domain_fields<entry_type>();
    table.push_back({"action", read_action<entry_type>});
    return table;
  }();
  for (const json::json_value& element : value.read_elements()) {
    entry_type entry{inherited_entry(into), into.restriction_classes};
    const auto named = read_domain(element, fields, entry);
    if (!named)
      continue;
    if (auto why =
            into.listed.add(static_cast<domain_entry&&>(entry), named->place()))
      named->fault(std::move(*why));
  }
}

void read_state_file(const json::json_value& value, draft& into) {
  if (auto path = read_path(value))
    into.state_file = std::move(*path);
}

void read_admin(const json::json_value& value, draft& into) {
  if (const auto text = value.read_text(); text && text->empty())
    into.admin = std::nullopt;
  else if (text)
    into.admin = read_endpoint(
        value, R"("ADDRESS:PORT" or "[ADDRESS]:PORT", or "" for none)",
        std::nullopt);
}

void read_domain_files(const json::json_value& value, draft& into) {
  const domain_entry inherited = inherited_entry(into);
  for (const json::json_value& element : value.read_elements()) {
    for (const domain_file& file :
         read_pattern(element, into.read_domain_files))
      value.problems().add(into.listed.add_file(file, inherited));
  }
}

void read_network(const json::json_value& value, network_entry& into) {
  if (const auto network = read_prefix(value))
    into.network = *network;
}

void read_networks(const json::json_value& value, draft& into) {
  using entry_type = entry_draft<network_entry>;
  static const json::field_table<entry_type> fields{
      {"network", read_network},
      {"action", read_action<entry_type>},
      {"comment", json::text(&network_entry::comment)},
  };
  for (const json::json_value& element : value.read_elements()) {
    entry_type entry{{{}, into.action, {}}, into.restriction_classes};
    json::read_fields(element, fields, entry);
    if (element.is_object())
      element.require("network", "a network");
    into.networks.push_back(std::move(entry));
  }
}

/// All settings.  What entries inherit stands before the entries.
const json::field_table<draft>& fields() {
  static const json::field_table<draft> table{
      {"listen", read_listen},
      {"threads", json::integer(&settings::threads, 1, 64)},
      {"connections", json::integer(&settings::connections, 1, 100'000)},
      {"restriction_classes", read_restriction_classes},
      {"action", read_action<draft>},
      {"on_permerror", permerror_choice(&draft::on_permerror)},
      {"limits", json::section(&settings::limits, read_limits)},
      {"allow", read_allow_section},
      {"domains", read_domains},
      {"domain_files", read_domain_files},
      {"networks", read_networks},
      {"resolver", json::section(&settings::resolver, read_resolver)},
      {"refresh", json::section(&settings::refresh, read_refresh)},
      {"state_file", read_state_file},
      {"admin", read_admin},
      {"log", json::section(&settings::log, read_log)},
  };
  return table;
}

void report_repeated_keys(const json::document& document,
                          json::problem_list& problems) {
  for (const auto& key : document.repeated_keys())
    problems.add(key.line, key.pointer,
                 fmt::format("given twice (first on line {})", key.first_line));
}

void read_document(const json::json_value& document, draft& into) {
  json::read_fields(document, fields(), into);
  if (document.is_object() && !document.member("domains") &&
      !document.member("domain_files") && !document.member("networks"))
    document.fault("nothing to list (expected \"domains\", \"domain_files\" or "
                   "\"networks\")");
}

/// What is listed is no provider.
void list_on_purpose(settings& of) {
  allow_settings& allow = of.allow;
  std::set<dns::name> listed;
  for (const domain_entry& each : of.domains)
    listed.insert(each.name);
  const auto others = std::stable_partition(
      allow.providers.begin(), allow.providers.end(),
      [&](const dns::name& each) { return !listed.contains(each); });
  allow.listed_providers.assign(others, allow.providers.end());
  allow.providers.erase(others, allow.providers.end());
}

} // namespace

settings default_settings() {
  settings made;
  made.allow.providers = shipped_providers();
  return made;
}

std::variant<settings, std::vector<json::problem>>
parse_settings(std::string_view text, const std::string& file,
               const domain_file_reader& read_domain_files) {
  const auto document = json::document::parse(text, json::comments::taken);
  if (!document) {
    const failure& why = document.error();
    return std::vector{
        json::problem{file, json::line_at(text, why.offset), {}, why.message}};
  }
  json::problem_list problems{file};
  report_repeated_keys(*document, problems);
  draft read{read_domain_files};
  read_document({document->root(), problems}, read);
  if (problems.size() != 0)
    return problems.in_order();
  read.domains = read.listed.entries();
  list_on_purpose(read);
  return std::move(static_cast<settings&>(read));
}

} // namespace spfblock::config
