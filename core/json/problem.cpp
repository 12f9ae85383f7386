#include "core/json/problem.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::json {

std::string problem::to_string() const {
  constexpr std::size_t longest_path = 4096;
  std::string text = printable(file, longest_path);
  if (line != 0)
    text += fmt::format(":{}", line);
  if (!pointer.empty())
    text += ": " + printable(pointer);
  return text + ": " + message;
}

} // namespace spfblock::json
