#include "core/domains/residue.hpp"

#include "core/domains/limits.hpp"
#include "core/domains/listing_events.hpp"
#include "core/net/address_set.hpp"
#include "core/table/residue.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::domains {
namespace {

/// Whether a look left somebody undecided.
bool is_in_part(const spf::expansion& result) {
  return result.outcome == spf::outcome::temperror;
}

/// Whom names decide about, as the table has them.
std::vector<table::named_clients> named_in(const spf::residue& of) {
  std::vector<table::named_clients> all;
  for (const spf::named_clients& each : of.named)
    all.push_back({each.target, each.addresses});
  return all;
}

/// Of whom names decided about, those among `undecided` are so still.
void keep_named(const table::residue& before, const net::address_set& undecided,
                table::residue& now) {
  for (const table::named_clients& each : before.named) {
    const net::address_set kept = each.addresses & undecided;
    const auto same = std::find_if(
        now.named.begin(), now.named.end(),
        [&](const auto& other) { return other.target == each.target; });
    if (same != now.named.end())
      same->addresses |= kept;
    else
      now.named.push_back({each.target, kept});
  }
}

/// For whom the mail decides after a look.
table::residue residue_after(const known_domain& of,
                             const spf::expansion& result) {
  table::residue found{of.domain.name, result.residue.addresses,
                       result.residue.depends.on_local_part,
                       result.residue.depends.on_helo,
                       named_in(result.residue)};
  if (!of.waits_for_mail || !is_in_part(result))
    return found;
  found.addresses |= of.waits_for_mail->addresses & result.temperror;
  found.addresses -= result.pass;
  found.addresses = found.addresses.canonical();
  found.on_local_part |= of.waits_for_mail->on_local_part;
  found.on_helo |= of.waits_for_mail->on_helo;
  keep_named(*of.waits_for_mail, result.temperror, found);
  return found;
}

/// Keeps the widest networks: as many as of a listing, but at least as many as
/// of one without a limit, for what is listed leaves many beside it.
/// @return what was not kept
std::optional<refusal> bound(table::residue& of,
                             std::optional<std::uint64_t> networks) {
  const std::uint64_t most = most_kept(std::max(
      networks.value_or(networks_without_limit), networks_without_limit));
  const std::uint64_t found = of.addresses.prefix_count();
  std::optional<refusal> over;
  if (found > most) {
    net::address_set kept = widest_of(of.addresses, most);
    over = refusal{"networks", found, most, of.addresses - kept};
    of.addresses = std::move(kept);
  }
  std::uint64_t room = most;
  for (table::named_clients& each : of.named) {
    each.addresses =
        widest_of((each.addresses & of.addresses).canonical(), room);
    room -= each.addresses.prefix_count();
  }
  std::erase_if(of.named, [](const table::named_clients& each) {
    return each.addresses.empty();
  });
  return over;
}

/// Notes by which terms the mail decides, the first of them.
void note_mail_terms(known_domain& of, const spf::expansion& result) {
  constexpr std::size_t most_chains = 8;
  if (!of.waits_for_mail || !is_in_part(result))
    of.mail_terms.clear();
  for (const std::size_t term : result.residue.terms) {
    std::string text = spf::chain(result, term);
    if (of.mail_terms.size() < most_chains &&
        std::find(of.mail_terms.begin(), of.mail_terms.end(), text) ==
            of.mail_terms.end())
      of.mail_terms.push_back(std::move(text));
  }
}

} // namespace

void note_residue(known_domain& of, const spf::expansion& result,
                  book_change& change) {
  const bool may_come_back = result.outcome == spf::outcome::no_record &&
                             !of.gone && of.good_at.has_value();
  if (of.role != role::listed || may_come_back)
    return;
  table::residue found = residue_after(of, result);
  const auto not_kept_before = of.mail_not_kept;
  of.mail_not_kept = bound(found, of.domain.limits.networks);
  tell_if_new(of, not_kept_before, of.mail_not_kept, change);
  note_mail_terms(of, result);
  const bool is_nobody = found.addresses.empty();
  if (of.waits_for_mail ? *of.waits_for_mail == found : is_nobody)
    return;
  change.listing_changed = true;
  of.waits_for_mail =
      is_nobody ? nullptr
                : std::make_shared<const table::residue>(std::move(found));
}

} // namespace spfblock::domains
