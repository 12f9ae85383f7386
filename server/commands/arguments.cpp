#include "server/commands/arguments.hpp"

#include <string_view>

namespace spfblock::server {
namespace {

constexpr char mark = '\x01';

/// An option with nothing behind its "=".
bool has_empty_value(std::string_view argument) {
  return argument.starts_with("--") && argument.ends_with('=');
}

bool needs_mark(std::string_view argument) {
  return argument.ends_with(']') || argument.ends_with('}') ||
         argument.ends_with(mark) || has_empty_value(argument);
}

} // namespace

std::vector<std::string> marked(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    arguments.emplace_back(argv[i]);
    if (needs_mark(arguments.back()))
      arguments.back() += mark;
  }
  return arguments;
}

void unmark(std::string& value) {
  if (value.ends_with(mark))
    value.pop_back();
}

void unmark(std::optional<std::string>& value) {
  if (value)
    unmark(*value);
}

void unmark(std::vector<std::string>& values) {
  for (std::string& each : values)
    unmark(each);
}

void unmark_within(std::string& text) {
  std::erase(text, mark);
}

} // namespace spfblock::server
