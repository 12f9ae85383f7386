#include "core/maillog/time_stamp.hpp"

#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace spfblock::maillog {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using std::chrono::year_month_day;

/// Whether the front of `text` has this shape: `9` is a digit, `_` a digit or a
/// blank, `a` a letter, any other octet itself.
bool has_shape(std::string_view text, std::string_view shape) noexcept {
  if (text.size() < shape.size())
    return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = text[i];
    const bool fits = shape[i] == '9'   ? is_digit(c)
                      : shape[i] == '_' ? is_digit(c) || c == ' '
                      : shape[i] == 'a' ? is_letter(c)
                                        : c == shape[i];
    if (!fits)
      return false;
  }
  return true;
}

constexpr std::string_view short_shape = "aaa _9 99:99:99";
constexpr std::string_view iso_shape = "9999-99-99T99:99:99";
constexpr std::string_view spaced_shape = "9999-99-99 99:99:99";
constexpr std::string_view ctime_shape = "aaa aaa _9 99:99:99 9999";

/// The number that digits, or a blank and digits, make.
int number(std::string_view digits) noexcept {
  int made = 0;
  for (const char c : digits)
    made = made * 10 + (is_digit(c) ? c - '0' : 0);
  return made;
}

/// HH:MM:SS; a leap second counts as the one before it.
std::optional<std::chrono::seconds>
time_of_day(std::string_view text) noexcept {
  const int hours = number(text.substr(0, 2));
  const int minutes = number(text.substr(3, 2));
  const int seconds = number(text.substr(6, 2));
  if (hours > 23 || minutes > 59 || seconds > 60)
    return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes} +
         std::chrono::seconds{seconds == 60 ? 59 : seconds};
}

std::optional<unsigned> month_named(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr",
                                                   "May", "Jun", "Jul", "Aug",
                                                   "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i < names.size(); ++i) {
    if (names.at(i) == name)
      return i + 1;
  }
  return std::nullopt;
}

std::optional<sys_seconds>
moment_of(year_month_day date,
          std::optional<std::chrono::seconds> time) noexcept {
  if (!date.ok() || !time)
    return std::nullopt;
  return sys_days{date} + *time;
}

/// `Mmm dd HH:MM:SS` in the last year in which it is not after `latest`.
std::optional<sys_seconds> without_year(std::string_view text,
                                        sys_seconds latest) noexcept {
  constexpr int leap_cycle = 8;
  const auto named = month_named(text.substr(0, 3));
  if (!named)
    return std::nullopt;
  const year_month_day today{std::chrono::floor<days>(latest)};
  const day on{static_cast<unsigned>(number(text.substr(4, 2)))};
  for (int back = -1; back <= leap_cycle; ++back) {
    const auto at =
        moment_of({today.year() - std::chrono::years{back}, month{*named}, on},
                  time_of_day(text.substr(7)));
    if (at && *at <= latest + days{1})
      return at;
  }
  return std::nullopt;
}

std::optional<sys_seconds> iso(std::string_view text) noexcept {
  return moment_of({year{number(text.substr(0, 4))},
                    month{static_cast<unsigned>(number(text.substr(5, 2)))},
                    day{static_cast<unsigned>(number(text.substr(8, 2)))}},
                   time_of_day(text.substr(11)));
}

std::optional<sys_seconds> ctime_text(std::string_view text) noexcept {
  const auto named = month_named(text.substr(4, 3));
  if (!named)
    return std::nullopt;
  return moment_of({year{number(text.substr(20, 4))}, month{*named},
                    day{static_cast<unsigned>(number(text.substr(8, 2)))}},
                   time_of_day(text.substr(11)));
}

/// A fraction of a second at the front, with its point or comma.
std::size_t fraction_size(std::string_view text) noexcept {
  if (!text.starts_with('.') && !text.starts_with(','))
    return 0;
  std::size_t size = 1;
  while (size < text.size() && is_digit(text[size]))
    ++size;
  return size;
}

/// Z, +HH:MM or +HHMM.
std::size_t zone_size(std::string_view text) noexcept {
  if (text.starts_with('Z'))
    return 1;
  for (const std::string_view shape : {"+99:99", "-99:99", "+9999", "-9999"}) {
    if (has_shape(text, shape))
      return shape.size();
  }
  return 0;
}

} // namespace

std::size_t time_stamp_size(std::string_view line) noexcept {
  if (has_shape(line, short_shape))
    return short_shape.size() + fraction_size(line.substr(short_shape.size()));
  if (has_shape(line, iso_shape)) {
    const auto size =
        iso_shape.size() + fraction_size(line.substr(iso_shape.size()));
    return size + zone_size(line.substr(size));
  }
  if (has_shape(line, spaced_shape))
    return spaced_shape.size() +
           fraction_size(line.substr(spaced_shape.size()));
  return has_shape(line, ctime_shape) ? ctime_shape.size() : 0;
}

std::optional<sys_seconds> read_time_stamp(std::string_view text,
                                           sys_seconds latest) noexcept {
  if (text.empty() || time_stamp_size(text) != text.size())
    return std::nullopt;
  if (is_digit(text.front()))
    return iso(text);
  return has_shape(text, short_shape) ? without_year(text, latest)
                                      : ctime_text(text);
}

std::optional<std::chrono::minutes>
zone_of_time_stamp(std::string_view text) noexcept {
  if (text.size() <= iso_shape.size() || text[iso_shape.find('T')] != 'T')
    return std::nullopt; // in a hurry: each event has one
  text.remove_prefix(iso_shape.size());
  text.remove_prefix(fraction_size(text));
  if (text.empty() || text.size() != zone_size(text))
    return std::nullopt;
  if (text == "Z")
    return std::chrono::minutes{0};
  constexpr std::size_t digits = 2;
  const std::chrono::minutes away =
      std::chrono::hours{number(text.substr(1, digits))} +
      std::chrono::minutes{number(text.substr(text.size() - digits))};
  return text.front() == '-' ? -away : away;
}

std::string log_time_text(sys_seconds at) {
  const auto day = std::chrono::floor<days>(at);
  const std::chrono::hh_mm_ss time{at - day};
  return fmt::format("{} {:02}:{:02}:{:02}", day_text(day),
                     time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

} // namespace spfblock::maillog
