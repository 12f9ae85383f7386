#include "core/domains/recollection.hpp"

#include "core/support/contract.hpp"

#include <memory>
#include <utility>

namespace spfblock::domains {

domain_state remembered(const known_domain& of, timestamp now) {
  domain_state kept;
  kept.name = of.domain.name;
  kept.role = of.role;
  kept.good = of.good;
  if (of.good_at)
    kept.good_at = now.wall_of(*of.good_at);
  kept.changed_at = of.changed_at;
  kept.gone = of.gone;
  kept.failures = of.failures;
  kept.in_part = of.in_part;
  kept.trouble = of.trouble;
  kept.growth = of.growth.history(now);
  kept.held = of.held;
  if (of.waits_for_mail)
    kept.waits_for_mail = *of.waits_for_mail;
  kept.mail_terms = of.mail_terms;
  if (of.lost.empty())
    return kept;
  kept.lost = of.lost;
  kept.lost_at = now.wall_of(of.lost_at);
  return kept;
}

void recall(domain_state kept, std::chrono::seconds longest, timestamp now,
            known_domain& into) {
  EXPECTS(kept.good_at.has_value());
  const moment good_at = now.past(*kept.good_at);
  const auto left = longest - (now.steady - good_at);
  EXPECTS(left > left.zero());
  into.good = younger_than(std::move(kept.good), left);
  into.good_at = good_at;
  into.changed_at = kept.changed_at;
  into.gone = kept.gone;
  into.failures = kept.failures;
  into.in_part = kept.in_part;
  into.trouble = std::move(kept.trouble);
  into.growth.recall(std::move(kept.growth), now);
  into.held = std::move(kept.held);
  into.lost = std::move(kept.lost);
  into.lost_at = now.past(kept.lost_at.value_or(now.wall));
  if (kept.waits_for_mail)
    into.waits_for_mail =
        std::make_shared<const table::residue>(*std::move(kept.waits_for_mail));
  into.mail_terms = std::move(kept.mail_terms);
}

} // namespace spfblock::domains
