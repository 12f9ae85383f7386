#include "core/config/domain_list.hpp"

#include "core/config/domain_name.hpp"
#include "core/config/sections.hpp"
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

std::vector<domain_file> read_pattern(const json::json_value& value,
                                      const domain_file_reader& reader) {
  const auto pattern = read_path(value);
  if (!pattern)
    return {};
  if (pattern->empty()) {
    value.unexpected("the name of a file, or a pattern of such names");
    return {};
  }
  auto found = reader(*pattern);
  if (auto* const files = std::get_if<std::vector<domain_file>>(&found))
    return std::move(*files);
  value.fault(std::get<std::string>(found));
  return {};
}

std::vector<json::problem> take_names(const domain_file& file,
                                      const name_taker& take) {
  std::vector<json::problem> problems;
  std::size_t line = 0;
  for (const std::string_view whole : split(without_mark(file.text), '\n')) {
    ++line;
    const auto text = trimmed(whole.substr(0, whole.find('#')));
    if (text.empty())
      continue;
    const auto name = parse_domain(text);
    auto why = name ? take(*name, line) : name.error().message;
    if (why)
      problems.push_back({file.path, line, {}, std::move(*why)});
  }
  return problems;
}

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
  if (!files_.insert(file.path).second)
    return {};
  return take_names(file, [&](const dns::name& name, std::size_t line) {
    domain_entry entry = inherited;
    entry.name = name;
    return add(std::move(entry),
               fmt::format("{}:{}", printable(file.path), line));
  });
}

} // namespace spfblock::config
