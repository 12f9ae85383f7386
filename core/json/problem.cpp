#include "core/json/problem.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::json {
namespace {

constexpr std::size_t longest_path = 4096;

} // namespace

std::string place::to_string() const {
  return fmt::format("{}:{}", printable(file, longest_path), line);
}

std::string problem::to_string() const {
  std::string text = printable(file, longest_path);
  if (!file.empty() && line != 0)
    text += fmt::format(":{}", line);
  for (const std::string& part :
       {printable(pointer), std::string{is_warning ? "warning" : ""},
        message}) {
    if (!text.empty() && !part.empty())
      text += ": ";
    text += part;
  }
  return text;
}

} // namespace spfblock::json
