#include "core/spf/selection.hpp"

#include "core/spf/record_parser.hpp"

#include <algorithm>

namespace spfblock::spf {

selection select_records(const dns::answer& given) {
  selection found;
  for (const std::string& text : given.texts) {
    if (is_spf_record(text) && ++found.count == 1)
      found.first = &text;
  }
  return found;
}

bool leads_on(const dns::question& asked, const dns::answer& given,
              parsed_records& parsed) {
  if (asked.type == dns::rr_type::mx)
    return !given.exchanges.empty();
  const selection found = select_records(given);
  if (found.count != 1)
    return false;
  const auto own = parsed.find(asked.owner, *found.first);
  return std::any_of(own->terms.begin(), own->terms.end(), names_a_domain);
}

} // namespace spfblock::spf
