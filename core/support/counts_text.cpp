#include "core/support/counts_text.hpp"

namespace spfblock {

std::string counts_text(
    std::initializer_list<std::pair<std::uint64_t, std::string_view>> counts) {
  std::string made;
  for (const auto& [count, what] : counts) {
    if (count == 0)
      continue;
    made.append(made.empty() ? "" : ", ")
        .append(std::to_string(count))
        .append(" ")
        .append(what);
  }
  return made;
}

} // namespace spfblock
