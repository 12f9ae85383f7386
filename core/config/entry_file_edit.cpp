#include "core/config/entry_file_edit.hpp"

#include "core/config/domain_name.hpp"
#include "core/json/layout.hpp"
#include "core/json/text_edit.hpp"
#include "core/json/writer.hpp"
#include "core/support/calendar.hpp"

#include <algorithm>
#include <cstddef>

namespace spfblock::config {
namespace {

constexpr std::string_view domains_key = "domains";

json::member_path path_of(entry_list list) {
  switch (list) {
  case entry_list::domains: return {domains_key};
  case entry_list::allowed_domains: return {"allow", "domains"};
  case entry_list::allowed_networks: break;
  }
  return {"allow", "networks"};
}

std::string text_of(entry_list list, const new_entry& entry) {
  std::string text;
  if (entry.action.empty() && !entry.until && entry.comment.empty() &&
      !entry.provider) {
    json::append_string(text, entry.name);
    return text;
  }
  const auto append = [&text](std::string_view key, std::string_view value) {
    text += text.empty() ? "{ " : ", ";
    json::append_string(text, key);
    text += ": ";
    json::append_string(text, value);
  };
  append(list == entry_list::allowed_networks ? "network" : "name", entry.name);
  if (!entry.action.empty())
    append("action", entry.action);
  if (entry.provider)
    text += R"(, "provider": true)";
  if (entry.until)
    append("until", day_text(*entry.until));
  if (!entry.comment.empty())
    append("comment", entry.comment);
  return text + " }";
}

bool names(std::string_view text, const json::placed_value& entry,
           const dns::name& domain) {
  const json::placed_value* const member = entry.member("name");
  const auto written = string_at(text, member != nullptr ? *member : entry);
  const auto name = written ? parse_domain(*written) : parse_domain("");
  return name && *name == domain;
}

} // namespace

std::vector<std::string> entry_patterns(std::string_view text) {
  std::vector<std::string> patterns;
  const auto whole = json::layout_of(text);
  const auto* const list = whole ? whole->member("entry_files") : nullptr;
  if (list == nullptr)
    return patterns;
  for (const json::placed_child& each : list->children) {
    if (auto pattern = string_at(text, each.value))
      patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

result<std::string> with_entry(std::string_view text, entry_list list,
                               const new_entry& entry) {
  return json::with_element(text, path_of(list), text_of(list, entry));
}

result<std::optional<std::string>> without_domain(std::string_view text,
                                                  const dns::name& domain) {
  std::optional<std::string> made;
  for (;;) {
    const std::string_view now = made ? *made : text;
    const auto whole = json::layout_of(now);
    if (!whole)
      return whole.error();
    const json::placed_value* const list = whole->member(domains_key);
    if (list == nullptr || list->is != json::placed_value::kind::array)
      return made;
    const auto found =
        std::find_if(list->children.begin(), list->children.end(),
                     [&](const json::placed_child& each) {
                       return names(now, each.value, domain);
                     });
    if (found == list->children.end())
      return made;
    auto next = json::without_element(
        now, {domains_key},
        static_cast<std::size_t>(found - list->children.begin()));
    if (!next)
      return next.error();
    made = *std::move(next);
  }
}

} // namespace spfblock::config
