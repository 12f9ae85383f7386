#include "core/json/problem.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::json {

std::string problem::to_string() const {
  constexpr std::size_t longest_path = 4096;
  std::string text = printable(file, longest_path);
  if (!file.empty() && line != 0)
    text += fmt::format(":{}", line);
  for (const std::string& part : {printable(pointer), message}) {
    if (!text.empty() && !part.empty())
      text += ": ";
    text += part;
  }
  return text;
}

} // namespace spfblock::json
