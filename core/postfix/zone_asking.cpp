#include "core/postfix/zone_asking.hpp"

#include "core/support/text.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace spfblock::postfix {
namespace {

constexpr std::string_view digits = "0123456789";

int weight_of(std::string_view text) {
  constexpr std::uint64_t most = 1'000'000;
  const bool is_negative = text.starts_with('-');
  if (is_negative)
    text.remove_prefix(1);
  const auto number = parse_decimal(text, most).value_or(0);
  return is_negative ? -static_cast<int>(number) : static_cast<int>(number);
}

/// Whether "N" or "N..M" holds the octet.
bool range_holds(std::string_view range, unsigned octet) {
  constexpr std::uint64_t most = 255;
  const auto dots = range.find("..");
  const bool is_one = dots == std::string_view::npos;
  const auto first =
      parse_decimal(is_one ? range : range.substr(0, dots), most);
  const auto last =
      is_one ? first : parse_decimal(range.substr(dots + 2), most);
  return first && last && *first <= octet && octet <= *last;
}

/// Takes the octet or the ranges in brackets off the front of a filter, and the
/// dot behind them.
std::string_view take_octet(std::string_view& filter) {
  const bool has_ranges = filter.starts_with('[');
  if (has_ranges)
    filter.remove_prefix(1);
  const auto end =
      has_ranges ? filter.find(']') : filter.find_first_not_of(digits);
  if (has_ranges && end == std::string_view::npos)
    return {};
  const std::string_view taken = filter.substr(0, end);
  filter.remove_prefix(taken.size() + (has_ranges ? 1 : 0));
  if (filter.starts_with('.'))
    filter.remove_prefix(1);
  return taken;
}

} // namespace

asked_zone asked_zone_of(std::string_view text) {
  asked_zone made;
  if (const auto star = text.rfind('*'); star != std::string_view::npos) {
    made.weight = weight_of(text.substr(star + 1));
    text = text.substr(0, star);
  }
  const auto equals = text.find('=');
  made.name = text.substr(0, equals);
  if (equals != std::string_view::npos)
    made.filter = text.substr(equals + 1);
  return made;
}

bool takes_our_answer(std::string_view filter) {
  constexpr std::array<unsigned, 4> answer{127, 0, 0, 2};
  if (filter.empty())
    return true;
  for (const unsigned octet : answer) {
    bool holds = false;
    for (const std::string_view range : split(take_octet(filter), ';'))
      holds = holds || range_holds(range, octet);
    if (!holds)
      return false;
  }
  return filter.empty();
}

} // namespace spfblock::postfix
