#include "core/domains/state_words.hpp"

#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace spfblock::domains {

std::string to_words(const std::vector<net::ip_prefix>& networks) {
  std::string text;
  for (const net::ip_prefix& network : networks)
    text += (text.empty() ? "" : " ") + network.to_string();
  return text;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<failure> read_words(std::string_view line,
                                  std::vector<net::ip_prefix>& into) {
  while (!line.empty()) {
    const auto network = net::ip_prefix::parse(next_word(line));
    if (!network)
      return network.error();
    into.push_back(*network);
  }
  return std::nullopt;
}

long long to_word(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count();
}

std::optional<std::chrono::sys_seconds> time_from(std::string_view word) {
  const auto count =
      parse_decimal(word, std::numeric_limits<std::uint64_t>::max());
  return count ? time_since_1970(*count) : std::nullopt;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace spfblock::domains
