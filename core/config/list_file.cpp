#include "core/config/list_file.hpp"

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

/// HTML and XML begin so, and no list does.
bool is_markup(std::string_view text) {
  return trimmed(text.substr(0, text.find('\n'))).starts_with('<');
}

} // namespace

std::vector<json::problem> losses(const list_sizes& former,
                                  const list_sizes& now) {
  std::vector<json::problem> found;
  for (const auto& [path, before] : former) {
    const auto at = now.find(path);
    const std::size_t left = at == now.end() ? 0 : at->second;
    if (2 * left < before)
      found.push_back(
          {path,
           0,
           {},
           fmt::format("gives {}, and gave {} when it was last read",
                       left == 0 ? "no entry"
                                 : "only " + counted(left, "entry", "entries"),
                       before),
           true});
  }
  return found;
}

std::optional<std::string> read_pattern(const json::json_value& value) {
  auto pattern = read_path(value);
  if (!pattern || !pattern->empty())
    return pattern;
  value.unexpected("the name of a file, or a pattern of such names");
  return std::nullopt;
}

void take_names(const list_file& file, const name_taker& take,
                const problem_taker& complain) {
  const std::string_view all = without_mark(file.text);
  if (is_markup(all)) {
    complain({file.path,
              1,
              {},
              "found a page of HTML or XML (expected a domain a line)"});
    return;
  }
  std::size_t line = 0;
  for (const std::string_view whole : split(all, '\n')) {
    ++line;
    const auto text = trimmed(whole.substr(0, whole.find('#')));
    if (text.empty())
      continue;
    const auto name = parse_domain(text);
    auto why = name ? take(*name, line) : name.error().message;
    if (why)
      complain({file.path, line, {}, *std::move(why)});
  }
}

} // namespace spfblock::config
