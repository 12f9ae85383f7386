#include "core/domains/figures.hpp"

#include "core/domains/known_domain.hpp"
#include "core/domains/objection.hpp"

namespace spfblock::domains {

figures figures_of(const known_domain& of) {
  figures told;
  told.networks = of.effective.prefix_count();
  told.ipv4_addresses = of.effective.ipv4_count();
  told.ipv6_slash64s = of.effective.ipv6_slash64_count();
  told.kept_off = of.kept_off.prefix_count();
  told.overlap = of.overlap.networks.prefix_count();
  told.longest_kept = longest_kept(of.good);
  for (const objection& each : objections_to(of))
    told.objections.push_back(each.text);
  if (of.failures == 0)
    return told;
  told.kept = of.in_part ? (kept_in(of.good) & of.effective).prefix_count()
                         : told.networks;
  for (const spf::open_question& each : of.open_questions)
    told.undecided.push_back(text_of(each));
  return told;
}

} // namespace spfblock::domains
