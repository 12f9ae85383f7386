#include "core/maillog/period.hpp"

#include "core/maillog/time_stamp.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <string>

namespace spfblock::maillog {

std::optional<std::chrono::sys_seconds> read_moment(std::string_view text) {
  constexpr std::string_view midnight = "0000-00-00 00:00:00";
  constexpr std::size_t day = 10;
  constexpr std::size_t minutes = 16;
  if (text.empty() || !is_digit(text.front()))
    return std::nullopt;
  if (text.size() != day && text.size() != minutes &&
      text.size() != midnight.size())
    return std::nullopt;
  std::string whole{text};
  whole += midnight.substr(text.size());
  std::replace(whole.begin(), whole.end(), 'T', ' ');
  return read_time_stamp(whole, {});
}

} // namespace spfblock::maillog
