#include "core/domains/residue.hpp"

#include "core/domains/limits.hpp"
#include "core/domains/listing_events.hpp"
#include "core/net/address_set.hpp"
#include "core/table/residue.hpp"

#include <algorithm>
#include <chrono>
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

/// Of whom names decided about, those among `these` are so still.
void keep_named(const table::residue& before, const net::address_set& these,
                table::residue& now) {
  for (const table::named_clients& each : before.named) {
    const net::address_set kept = each.addresses & these;
    const auto same = std::find_if(
        now.named.begin(), now.named.end(),
        [&](const auto& other) { return other.target == each.target; });
    if (same != now.named.end())
      same->addresses |= kept;
    else
      now.named.push_back({each.target, kept});
  }
}

/// All of them.
net::address_set together(const std::vector<kept_clients>& all) {
  net::address_set sum;
  for (const kept_clients& each : all)
    sum |= each.addresses;
  return sum;
}

void keep_only(std::vector<kept_clients>& all, const net::address_set& these) {
  for (kept_clients& each : all)
    each.addresses = (each.addresses & these).canonical();
  std::erase_if(
      all, [](const kept_clients& each) { return each.addresses.empty(); });
}

/// Who is left undecided by a look of those about whom the mail decided, and
/// not for too long.
std::vector<kept_clients> kept_after(const known_domain& of,
                                     const spf::expansion& result,
                                     std::chrono::seconds longest, moment now) {
  if (!of.waits_for_mail || !is_in_part(result))
    return {};
  const net::address_set undecided =
      result.temperror - result.pass - result.residue.addresses;
  std::vector<kept_clients> all = *of.mail_kept;
  net::address_set latest = of.waits_for_mail->addresses - together(all);
  if (!all.empty() && of.mail_at - all.back().good_at < longest / most_ages)
    all.back().addresses |= latest;
  else
    all.push_back({std::move(latest), of.mail_at});
  std::erase_if(all, [&](const kept_clients& each) {
    return now - each.good_at >= longest;
  });
  keep_only(all, undecided);
  return all;
}

/// For whom the mail decides after a look, with those who are kept.
table::residue residue_after(const known_domain& of,
                             const spf::expansion& result,
                             const net::address_set& kept) {
  table::residue found{of.domain.name, result.residue.addresses,
                       result.residue.depends.on_local_part,
                       result.residue.depends.on_helo,
                       named_in(result.residue)};
  if (kept.empty())
    return found;
  found.addresses = (found.addresses | kept).canonical();
  found.on_local_part |= of.waits_for_mail->on_local_part;
  found.on_helo |= of.waits_for_mail->on_helo;
  keep_named(*of.waits_for_mail, kept, found);
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
  std::vector<std::string> all;
  if (of.waits_for_mail && is_in_part(result))
    all = *of.mail_terms;
  for (const std::size_t term : result.residue.terms) {
    std::string text = spf::chain(result, term);
    if (all.size() < most_chains &&
        std::find(all.begin(), all.end(), text) == all.end())
      all.push_back(std::move(text));
  }
  of.mail_terms = std::move(all);
}

} // namespace

void note_residue(known_domain& of, const spf::expansion& result,
                  std::chrono::seconds longest, moment now,
                  book_change& change) {
  const bool may_come_back = result.outcome == spf::outcome::no_record &&
                             !of.gone && (of.good_at || of.waits_for_mail);
  if (of.role != role::listed || may_come_back)
    return;
  const net::address_set kept_before = together(of.mail_kept);
  std::vector<kept_clients> kept = kept_after(of, result, longest, now);
  of.mail_at = now;
  table::residue found = residue_after(of, result, together(kept));
  const auto not_kept_before = of.mail_not_kept;
  of.mail_not_kept = bound(found, of.domain.limits->networks);
  keep_only(kept, found.addresses);
  of.mail_kept = std::move(kept);
  change.worth_saving |= together(of.mail_kept) != kept_before;
  tell_if_new(of, not_kept_before, of.mail_not_kept, change);
  const bool is_nobody = found.addresses.empty();
  if (is_nobody)
    of.mail_terms = {};
  note_mail_terms(of, result);
  if (of.waits_for_mail ? *of.waits_for_mail == found : is_nobody)
    return;
  change.listing_changed = true;
  of.waits_for_mail =
      is_nobody ? nullptr
                : std::make_shared<const table::residue>(std::move(found));
}

std::optional<moment> residue_ends_at(const known_domain& of,
                                      std::chrono::seconds longest) {
  if (of.mail_kept->empty())
    return std::nullopt;
  return of.mail_kept->front().good_at + longest;
}

} // namespace spfblock::domains
