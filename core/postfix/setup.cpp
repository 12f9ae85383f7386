#include "core/postfix/setup.hpp"

#include "core/support/text.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace spfblock::postfix {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The "NAME = VALUE" lines of a text.
std::map<std::string, std::string> read_values(std::string_view text) {
  std::map<std::string, std::string> values;
  for (const std::string_view line : split(text, '\n')) {
    const auto end = line.find('=');
    if (end != std::string_view::npos)
      values.insert_or_assign(std::string{trimmed(line.substr(0, end))},
                              std::string{trimmed(line.substr(end + 1))});
  }
  return values;
}

/// A line of master.cf: name, type, private, unprivileged, chroot, wake-up,
/// process limit, command.
std::optional<service> read_service(std::string_view line,
                                    bool chroot_by_default) {
  const auto words = elements_of(line);
  constexpr std::size_t columns = 8;
  if (words.size() < columns || words[0].starts_with('#'))
    return std::nullopt;
  const bool chroot = words[4] == "y" || (words[4] == "-" && chroot_by_default);
  return service{std::string{words[0]}, std::string{words[1]}, chroot,
                 std::string{words[6]}, std::string{words[7]}, words[3] == "n"};
}

/// What "-" means as to chroot: Postfix 3.0 changed it, for who has a
/// compatibility_level of 1 or more ("1", "3.6"; COMPATIBILITY_README).
bool is_chroot_by_default(std::string_view compatibility_level) {
  constexpr std::uint64_t most = 1'000'000;
  const auto level = parse_decimal(
      compatibility_level.substr(0, compatibility_level.find('.')), most);
  return level.value_or(0) == 0;
}

} // namespace

setup::setup(const postconf_texts& texts)
    : parameters_{read_values(texts.parameters)},
      overrides_{read_values(texts.overrides)} {
  const bool chroot = is_chroot_by_default(value("compatibility_level"));
  for (const std::string_view line : split(texts.services, '\n')) {
    if (auto read = read_service(line, chroot))
      services_.push_back(*std::move(read));
  }
}

std::string_view setup::value(const service& of,
                              const std::string& parameter) const {
  const auto found = overrides_.find(of.to_string() + '/' + parameter);
  return found == overrides_.end() ? value(parameter)
                                   : std::string_view{found->second};
}

std::string_view setup::value(const std::string& parameter) const {
  const auto found = parameters_.find(parameter);
  return found == parameters_.end() ? std::string_view{}
                                    : std::string_view{found->second};
}

bool setup::is_overridden(const service& of,
                          const std::string& parameter) const {
  return overrides_.contains(of.to_string() + '/' + parameter);
}

std::string setup::place_of(const service& of,
                            const std::string& parameter) const {
  if (is_overridden(of, parameter))
    return "master.cf: " + of.to_string() + ": " + parameter;
  return "main.cf: " + parameter;
}

std::vector<std::string_view> elements_of(std::string_view list) {
  std::vector<std::string_view> elements;
  std::size_t begin = 0;
  unsigned depth = 0;
  const auto end_at = [&](std::size_t at) {
    if (at > begin)
      elements.push_back(list.substr(begin, at - begin));
    begin = at + 1;
  };
  for (std::size_t at = 0; at < list.size(); ++at) {
    const char each = list[at];
    if (each == '{')
      ++depth;
    else if (each == '}' && depth > 0)
      --depth;
    else if (depth == 0 &&
             (each == ',' || blanks.find(each) != std::string_view::npos))
      end_at(at);
  }
  end_at(list.size());
  return elements;
}

std::string_view without_braces(std::string_view element) {
  if (element.starts_with('{') && element.ends_with('}'))
    return trimmed(element.substr(1, element.size() - 2));
  return element;
}

} // namespace spfblock::postfix
