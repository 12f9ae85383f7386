#include "core/domains/figures.hpp"

#include "core/domains/known_domain.hpp"
#include "core/domains/objection.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {
namespace {

std::optional<std::chrono::sys_seconds> oldest_term_of(const finding& of) {
  const auto first =
      std::min_element(of.authorised.begin(), of.authorised.end(),
                       [](const authorisation& a, const authorisation& b) {
                         return a.since < b.since;
                       });
  if (first == of.authorised.end())
    return std::nullopt;
  return first->since;
}

} // namespace

figures figures_of(const known_domain& of) {
  figures told;
  told.networks = of.effective->prefix_count();
  told.ipv4_addresses = of.effective->ipv4_count();
  told.ipv6_slash64s = of.effective->ipv6_slash64_count();
  told.kept_off = of.kept_off->prefix_count();
  told.overlap = of.overlap->networks.prefix_count();
  told.longest_kept = longest_kept(of.good);
  told.oldest_term = oldest_term_of(of.good);
  std::vector<std::string> objections;
  for (objection& each : objections_to(of))
    objections.push_back(std::move(each.text));
  told.objections = std::move(objections);
  if (of.failures == 0)
    return told;
  told.kept = of.in_part ? (kept_in(of.good) & of.effective).prefix_count()
                         : told.networks;
  std::vector<std::string> undecided;
  for (const spf::open_question& each : *of.open_questions)
    undecided.push_back(text_of(each));
  told.undecided = std::move(undecided);
  return told;
}

} // namespace spfblock::domains
