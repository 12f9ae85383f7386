#include "core/maillog/journal.hpp"

#include "core/json/document.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <variant>

namespace spfblock::maillog {
namespace {

/// A text as the journal writes it: a string, or an array of octets.
std::optional<std::string> text_of(const json::node& value) {
  if (const auto* const text = std::get_if<std::string>(&value.value))
    return *text;
  const auto* const octets = std::get_if<json::node::array>(&value.value);
  if (!octets)
    return std::nullopt;
  std::string made;
  for (const json::node& each : *octets) {
    const auto* const octet = std::get_if<std::uint64_t>(&each.value);
    if (!octet || *octet > std::numeric_limits<unsigned char>::max())
      return std::nullopt;
    made += static_cast<char>(static_cast<unsigned char>(*octet));
  }
  return made;
}

std::optional<std::string> member(const json::node::object& of,
                                  std::string_view key) {
  const auto found =
      std::find_if(of.begin(), of.end(),
                   [&](const json::member& each) { return each.key == key; });
  return found == of.end() ? std::nullopt : text_of(found->value);
}

std::optional<std::chrono::sys_seconds>
time_of(const std::optional<std::string>& microseconds) {
  constexpr std::uint64_t in_a_second = 1'000'000;
  const auto number =
      microseconds ? parse_decimal(*microseconds,
                                   std::numeric_limits<std::uint64_t>::max())
                   : std::nullopt;
  return number ? time_since_1970(*number / in_a_second) : std::nullopt;
}

} // namespace

std::optional<journal_entry> read_journal_entry(std::string_view line) {
  const auto parsed = json::document::parse(line);
  if (!parsed)
    return std::nullopt;
  const auto* const fields =
      std::get_if<json::node::object>(&parsed->root().value);
  if (!fields)
    return std::nullopt;
  auto program = member(*fields, "SYSLOG_IDENTIFIER");
  auto text = member(*fields, "MESSAGE");
  if (!program || !text)
    return std::nullopt;
  return journal_entry{time_of(member(*fields, "__REALTIME_TIMESTAMP")),
                       *std::move(program), *std::move(text)};
}

} // namespace spfblock::maillog
