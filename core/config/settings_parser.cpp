#include "core/config/settings_parser.hpp"

#include "core/config/allow_section.hpp"
#include "core/config/consistency.hpp"
#include "core/config/domain_fields.hpp"
#include "core/config/draft.hpp"
#include "core/config/listed_entries.hpp"
#include "core/config/listen_section.hpp"
#include "core/config/provider_list.hpp"
#include "core/config/publish_section.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/read_document.hpp"
#include "core/support/text.hpp"
#include "core/table/access_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

namespace spfblock::config {

namespace {

void read_default_action(const json::json_value& value, draft& into) {
  if (auto action = read_action(value, into.restriction_classes))
    into.action = *std::move(action);
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
    else if (table::is_access_word(*name))
      element.unexpected("a name that is no action of access(5)");
    else
      into.restriction_classes.emplace_back(*name);
  }
}

void read_state_file(const json::json_value& value, draft& into) {
  if (auto path = read_path(value))
    into.state_file = std::move(*path);
}

void read_admin(const json::json_value& value, draft& into) {
  read_endpoint_or_none(value, into.admin);
}

/// A reader of what only says how, or lists: in what another version accepted,
/// what is not understood is passed over with a warning.  Nothing that protects
/// is read so: a word that is passed over there would reject mail.
template <class Read>
auto forgiving(Read read) {
  return [read = std::move(read)](const json::json_value& value, draft& into) {
    json::problem_list& problems = value.problems();
    const auto before = problems.size();
    read(value, into);
    if (problems.unknown() == json::unknown_keys::are_warnings)
      problems.forgive(before);
  };
}

void read_doors(const json::json_value& value, draft& into) {
  auto defaults = into.listen;
  read_listen(value, into.listen);
  if (into.listen.empty())
    into.listen = std::move(defaults);
}

/// All settings.  What entries inherit stands before the entries, and what is
/// said here before what files say.
const json::field_table<draft>& fields() {
  static const json::field_table<draft> table{
      {"listen", forgiving(read_doors)},
      {"threads", forgiving(json::integer(&settings::threads, 1, 64))},
      {"connections",
       forgiving(json::integer(&settings::connections, 1, 100'000))},
      {"restriction_classes", read_restriction_classes},
      {"action", read_default_action},
      {"on_permerror", permerror_choice(&settings::on_permerror)},
      {"limits", json::section(&settings::limits, read_limits)},
      {"allow", read_allow},
      {"domains", forgiving(read_domains)},
      {"networks", forgiving(read_networks)},
      {"domain_files", read_domain_files},
      {"entry_files", read_entry_files},
      {"resolver",
       forgiving(json::section(&settings::resolver, read_resolver))},
      {"refresh", forgiving(json::section(&settings::refresh, read_refresh))},
      {"query_time",
       forgiving(json::section(&settings::query_time, read_query_time))},
      {"publish", forgiving([](const json::json_value& value, draft& into) {
         read_publish(value, into.publish);
       })},
      {"state_file", read_state_file},
      {"admin", read_admin},
      {"metrics", forgiving(json::section(&settings::metrics, read_metrics))},
      {"log", forgiving(json::section(&settings::log, read_log))},
  };
  return table;
}

void read_document(const json::json_value& document, draft& into) {
  json::read_fields(document, fields(), into);
  if (!document.is_object())
    return;
  constexpr std::array lists{"domains", "domain_files", "entry_files",
                             "networks"};
  if (std::none_of(lists.begin(), lists.end(), [&](const char* name) {
        return document.member(name).has_value();
      }))
    document.fault("nothing to list (expected \"domains\", \"domain_files\", "
                   "\"entry_files\" or \"networks\")");
  check_consistency(document, into);
}

/// The providers that the entries name.
std::vector<dns::name> listed_providers(const settings& of) {
  std::set<dns::name> listed;
  for (const domain_entry& each : of.domains)
    listed.insert(each.name);
  std::vector<dns::name> both;
  const auto& providers = of.allow.providers;
  std::set_intersection(providers.begin(), providers.end(), listed.begin(),
                        listed.end(), std::back_inserter(both));
  return both;
}

} // namespace

settings default_settings() {
  settings made;
  made.allow.providers = shipped_providers();
  return made;
}

std::variant<reading, std::vector<json::problem>>
parse_settings(std::string_view text, const std::string& file,
               const list_file_reader& read_files, const list_sizes& former,
               json::unknown_keys unknown) {
  json::problem_list problems{file, unknown};
  draft read{default_settings(), read_files};
  json::read_written(text, problems, [&read](const json::json_value& whole) {
    read_document(whole, read);
  });
  for (json::problem& each : losses(former, read.lists))
    problems.warn(std::move(each));
  read.domains = read.listed.entries();
  read.allow.listed_providers = listed_providers(read);
  auto warnings = problems.warnings();
  if (problems.size() != 0) {
    auto all = problems.in_order();
    std::move(warnings.begin(), warnings.end(), std::back_inserter(all));
    return all;
  }
  return reading{std::move(static_cast<settings&>(read)),
                 std::move(warnings),
                 std::move(read.lists),
                 {std::move(read.listed), std::move(read.allowed)}};
}

} // namespace spfblock::config
