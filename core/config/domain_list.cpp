#include "core/config/domain_list.hpp"

#include "core/config/domain_name.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::config {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view without_mark(std::string_view text) noexcept {
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  return text;
}

} // namespace

std::optional<std::string> domain_list::add(domain_entry entry,
                                            std::string place) {
  const auto [found, added] = places_.emplace(entry.name, std::move(place));
  if (!added)
    return fmt::format("{} is listed twice (first at {})",
                       spfblock::in_quotes(entry.name.to_string()),
                       found->second);
  entries_.push_back(std::move(entry));
  return std::nullopt;
}

std::vector<json::problem>
domain_list::add_file(const domain_file& file, const domain_entry& inherited) {
  std::vector<json::problem> problems;
  if (!files_.insert(file.path).second)
    return problems;

  std::size_t line = 0;
  for (const std::string_view whole : split(without_mark(file.text), '\n')) {
    ++line;
    const auto text = trimmed(whole.substr(0, whole.find('#')));
    if (text.empty())
      continue;
    const auto name = parse_domain(text);
    if (!name) {
      problems.push_back({file.path, line, {}, name.error().message});
      continue;
    }
    domain_entry entry = inherited;
    entry.name = *name;
    if (auto why = add(std::move(entry),
                       fmt::format("{}:{}", printable(file.path), line)))
      problems.push_back({file.path, line, {}, std::move(*why)});
  }
  return problems;
}

} // namespace spfblock::config
