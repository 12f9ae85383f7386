#include "core/spf/expansion.hpp"

#include <vector>

namespace spfblock::spf {

std::string chain(const expansion& of, std::size_t term) {
  std::vector<std::size_t> path;
  for (std::optional<std::size_t> at = term; at;
       at = of.records[of.terms[*at].record].via)
    path.push_back(*at);

  std::string text = of.domain.to_string();
  for (auto at = path.rbegin(); at != path.rend(); ++at)
    text += " -> " + of.terms[*at].text;
  return text;
}

} // namespace spfblock::spf
