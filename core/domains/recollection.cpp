#include "core/domains/recollection.hpp"

#include <memory>
#include <utility>

namespace spfblock::domains {
namespace {

void remember_mail(const known_domain& of, timestamp now, domain_state& into) {
  if (!of.waits_for_mail)
    return;
  into.waits_for_mail = *of.waits_for_mail;
  into.mail_at = now.wall_of(of.mail_at);
  for (const kept_clients& each : *of.mail_kept)
    into.mail_kept.push_back({each.addresses, now.wall_of(each.good_at)});
  into.mail_terms = of.mail_terms;
}

/// Those about whom the mail decides, but for whom that was found too long ago.
void recall_mail(domain_state kept, std::chrono::seconds longest, timestamp now,
                 known_domain& into) {
  const auto at = kept.mail_at ? kept.mail_at : kept.good_at;
  if (!kept.waits_for_mail || !at)
    return;
  table::residue& waits = *kept.waits_for_mail;
  net::address_set latest = waits.addresses;
  net::address_set young;
  std::vector<kept_clients> still;
  for (kept_clients_state& each : kept.mail_kept) {
    latest -= each.addresses;
    const moment good_at = now.past(each.good_at);
    each.addresses = (each.addresses & waits.addresses).canonical();
    if (each.addresses.empty() || now.steady - good_at >= longest)
      continue;
    young |= each.addresses;
    still.push_back({std::move(each.addresses), good_at});
  }
  into.mail_kept = std::move(still);
  into.mail_at = now.past(*at);
  if (now.steady - into.mail_at < longest)
    young |= latest;
  if (young.empty())
    return;
  waits.addresses = young.canonical();
  for (table::named_clients& each : waits.named)
    each.addresses = (each.addresses & young).canonical();
  std::erase_if(waits.named, [](const table::named_clients& each) {
    return each.addresses.empty();
  });
  into.waits_for_mail =
      std::make_shared<const table::residue>(std::move(waits));
  into.mail_terms = std::move(kept.mail_terms);
}

} // namespace

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
  remember_mail(of, now, kept);
  if (of.lost->empty())
    return kept;
  kept.lost = of.lost;
  kept.lost_at = now.wall_of(of.lost_at);
  return kept;
}

void recall(domain_state kept, std::chrono::seconds longest, timestamp now,
            known_domain& into) {
  if (!kept.good_at)
    return recall_mail(std::move(kept), longest, now, into);
  const moment good_at = now.past(*kept.good_at);
  const auto left = longest - (now.steady - good_at);
  if (left <= left.zero())
    return recall_mail(std::move(kept), longest, now, into);
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
  recall_mail(std::move(kept), longest, now, into);
}

} // namespace spfblock::domains
