#include "core/config/listed_entries.hpp"

#include "core/config/allow_section.hpp"
#include "core/config/domain_fields.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/read_document.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace spfblock::config {
namespace {

/// An entry, and the names that its action may use.
template <class Entry>
struct entry_draft : Entry {
  const std::vector<std::string>& restriction_classes;
  bool lists_provider = false; ///< it says that it means to
};

/// Whose entries these are.
enum class author : std::uint8_t { administrator, perhaps_others };

template <class Into>
void read_entry_action(const json::json_value& value, Into& into) {
  if (auto action = read_action(value, into.restriction_classes))
    into.action = *std::move(action);
}

domain_entry inherited_entry(const draft& from) {
  return {inherited_domain(from), from.action};
}

bool is_provider(const dns::name& name, const draft& of) {
  const auto& all = of.allow.providers;
  return std::binary_search(all.begin(), all.end(), name);
}

/// A list of others lists no provider: it says why.
std::string provider_refusal(const dns::name& name) {
  return fmt::format("{} is a provider: not listed (expected, if it is to be, "
                     "as an entry of \"domains\" in the main file, or in one "
                     "of \"entry_files\" with \"provider\": true)",
                     name.to_string());
}

/// The files of all patterns, each once; warns of those that are of no use.
std::vector<list_file> read_files(const json::json_value& value, draft& into) {
  std::vector<list_file> all;
  for (const json::json_value& element : value.read_elements()) {
    const auto pattern = read_pattern(element);
    if (!pattern)
      continue;
    auto found = into.read_files(*pattern);
    if (auto* const why = std::get_if<std::string>(&found)) {
      element.warn(std::move(*why));
      continue;
    }
    for (list_file& file : std::get<std::vector<list_file>>(found)) {
      const auto [before, is_new] = into.files.emplace(
          file.identity.empty() ? file.path : file.identity, file.path);
      if (is_new && file.trouble.empty())
        all.push_back(std::move(file));
      else if (is_new)
        value.problems().warn({file.path, 0, {}, std::move(file.trouble)});
      else if (before->second != file.path)
        value.problems().warn(
            {file.path,
             0,
             {},
             fmt::format("is the same file as {}", in_quotes(before->second))});
    }
  }
  return all;
}

/// How many entries there are.
std::size_t entries_in(const draft& of) {
  const allow_settings& allow = of.allow;
  return of.listed.entries().size() + of.networks.size() +
         allow.networks.size() + allow.domains.size() + allow.includes.size();
}

void read_domain_entries(const json::json_value& value, author by,
                         draft& into) {
  using entry_type = entry_draft<domain_entry>;
  static const auto fields = [] {
    auto table = domain_fields<entry_type>();
    table.push_back({"action", read_entry_action<entry_type>});
    table.push_back({"provider", json::boolean(&entry_type::lists_provider)});
    return table;
  }();
  const domain_entry inherited = inherited_entry(into);
  for (const json::json_value& element : value.read_elements()) {
    entry_type entry{inherited, into.restriction_classes};
    const auto faults_before = value.problems().size();
    const auto named = read_domain(element, fields, entry);
    if (!named)
      continue;
    if (by == author::perhaps_others && !entry.lists_provider &&
        is_provider(entry.name, into)) {
      named->warn(provider_refusal(entry.name));
      continue;
    }
    const bool is_clean = value.problems().size() == faults_before;
    auto why = is_clean ? into.listed.add(static_cast<domain_entry&&>(entry),
                                          named->place())
                        : into.listed.repetition(entry.name);
    if (why)
      named->fault(*std::move(why));
  }
}

void read_entry_file(const list_file& file, json::problem_list& problems,
                     draft& into) {
  static const json::field_table<draft> fields{
      {"domains",
       [](const json::json_value& value, draft& to) {
         read_domain_entries(value, author::perhaps_others, to);
       }},
      {"networks", read_networks},
      {"allow",
       [](const json::json_value& value, draft& to) {
         read_allow_entries(value, inherited_domain(to), to.allowed, to.allow);
       }},
  };
  json::problem_list found{file.path, problems.unknown()};
  json::read_written(file.text, found, [&into](const json::json_value& whole) {
    json::read_fields(whole, fields, into);
  });
  problems.warn_of_all(found);
}

void read_network(const json::json_value& value, network_entry& into) {
  if (const auto network = read_prefix(value))
    into.network = *network;
}

} // namespace

std::optional<table::action>
read_action(const json::json_value& value,
            const std::vector<std::string>& restriction_classes) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  auto action = table::action::parse(*text, restriction_classes);
  if (!action) {
    value.fault(action.error().message);
    return std::nullopt;
  }
  if (table::lets_in_mail(action->text()))
    value.warn("lets in all mail of the hosts that it is for");
  return *std::move(action);
}

void read_domains(const json::json_value& value, draft& into) {
  read_domain_entries(value, author::administrator, into);
}

void read_networks(const json::json_value& value, draft& into) {
  using entry_type = entry_draft<network_entry>;
  static const json::field_table<entry_type> fields{
      {"network", read_network},
      {"action", read_entry_action<entry_type>},
      {"until", json::day(&network_entry::until)},
      {"comment", json::text(&network_entry::comment)},
  };
  for (const json::json_value& element : value.read_elements()) {
    entry_type entry{{{}, into.action, {}, {}}, into.restriction_classes};
    const auto faults_before = value.problems().size();
    json::read_fields(element, fields, entry);
    if (element.is_object())
      element.require("network", "a network");
    if (value.problems().size() != faults_before)
      continue;
    auto twice =
        into.networks_by_hand.take(entry.network.to_string(), element.place());
    if (twice)
      element.warn(*std::move(twice));
    else
      into.networks.push_back(std::move(entry));
  }
}

void read_domain_files(const json::json_value& value, draft& into) {
  const domain_entry inherited = inherited_entry(into);
  json::problem_list& problems = value.problems();
  for (const list_file& file : read_files(value, into)) {
    const auto before = entries_in(into);
    take_names(
        file,
        [&](const dns::name& name,
            std::size_t line) -> std::optional<std::string> {
          if (is_provider(name, into))
            return provider_refusal(name);
          domain_entry entry = inherited;
          entry.name = name;
          return into.listed.add(std::move(entry), {file.path, line, {}});
        },
        [&problems](json::problem odd) { problems.warn(std::move(odd)); });
    into.lists[file.path] = entries_in(into) - before;
  }
}

void read_entry_files(const json::json_value& value, draft& into) {
  for (const list_file& file : read_files(value, into)) {
    const auto before = entries_in(into);
    read_entry_file(file, value.problems(), into);
    into.lists[file.path] = entries_in(into) - before;
  }
}

} // namespace spfblock::config
