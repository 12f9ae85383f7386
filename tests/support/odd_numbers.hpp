// JSON texts with a number where none belongs.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::testing {

/// Numbers that no member of a document takes, whatever it is.
inline constexpr std::array<std::string_view, 8> refused_numbers{
    "1e300", "-1", "1.5", "18446744073709551616", "-0", "-0.0", "1e2", "1e999"};

/// What some members take.
inline constexpr std::array<std::string_view, 5> odd_values{
    "9223372036854775807", "9223372036854775808", "\"1\"", "null", "true"};

/// A JSON text, and what was put into it.
struct odd_text {
  std::string key; ///< of the member that it was put into, or into a list of it
  std::string value;
  std::string text;
};

/// `text` with each of its values but arrays and objects replaced by each of
/// `values`, one at a time.
template <class Values>
std::vector<odd_text> each_replaced(const std::string& text,
                                    const Values& values) {
  std::vector<odd_text> made;
  std::string key;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t end = at;
    if (text[at] == '"') {
      for (++end; text[end] != '"'; ++end)
        end += text[end] == '\\' ? 1U : 0U;
      ++end;
      if (text[text.find_first_not_of(" \n", end)] == ':') {
        key = text.substr(at + 1, end - at - 2);
        at = end;
        continue;
      }
    } else {
      end = text.find_first_of(" \n,:]}[{", at);
    }
    if (end == at)
      continue;
    for (const std::string_view value : values) {
      std::string odd = text;
      odd.replace(at, end - at, value);
      made.push_back({key, std::string{value}, std::move(odd)});
    }
    at = end - 1;
  }
  return made;
}

} // namespace spfblock::testing
