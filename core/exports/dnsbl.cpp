#include "core/exports/dnsbl.hpp"

namespace spfblock::exports {

std::string dnsbl_reason(std::string_view listing) {
  constexpr std::size_t longest = 200;
  std::string text{"listed by spfblock: "};
  text += listing;
  if (text.size() > longest)
    text.resize(longest);
  return text;
}

} // namespace spfblock::exports
