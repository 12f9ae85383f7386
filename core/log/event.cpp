#include "core/log/event.hpp"

#include "core/support/text.hpp"

namespace spfblock::log {

void event::add(std::string_view key, std::string_view value) {
  constexpr std::size_t longest = 1024;
  line_ += ' ';
  line_ += key;
  line_ += '=';
  const bool plain =
      !value.empty() && value.find_first_of(" \"=") == std::string_view::npos;
  line_ += plain ? printable(value, longest) : in_quotes(value, longest);
}

} // namespace spfblock::log
