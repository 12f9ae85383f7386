#include "core/reports/difference.hpp"

#include "core/domains/listing_events.hpp"
#include "core/domains/objection.hpp"

#include <tsl/hopscotch_map.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace spfblock::reports {
namespace {

using holdings_by_name = tsl::hopscotch_map<std::string, table::holding>;

holdings_by_name index_of(const std::vector<table::holding>& holdings) {
  holdings_by_name index;
  for (const table::holding& each : holdings) {
    const auto [place, is_new] = index.try_emplace(each.name, each);
    if (!is_new)
      place.value().addresses |= each.addresses;
  }
  return index;
}

/// Takes an entry out; one that holds nothing if there is none.
table::holding take(holdings_by_name& from, const std::string& name) {
  const auto found = from.find(name);
  if (found == from.end())
    return {};
  table::holding taken = found->second;
  from.erase(found);
  return taken;
}

/// Stands for a day that is not known here.
constexpr std::string_view some_day = "{since}";

/// Whether `text` is `pattern` with days.
bool agrees(std::string_view pattern, std::string_view text) {
  constexpr std::size_t day = std::string_view{"2027-01-01"}.size();
  for (;;) {
    const auto at = pattern.find(some_day);
    if (at == pattern.npos)
      return pattern == text;
    if (pattern.substr(0, at) != text.substr(0, at))
      return false;
    pattern.remove_prefix(at + some_day.size());
    text.remove_prefix(at);
    const bool none = text.starts_with(table::action::no_day);
    text.remove_prefix(
        std::min(none ? table::action::no_day.size() : day, text.size()));
  }
}

/// The DNS decided nothing that could be listed.
bool has_failed(const domains::known_domain& known) {
  return known.failures > 0 && !known.in_part;
}

/// Whom of those who delivered wanted mail it would reject.
std::string remark_on(const domains::seen_overlap& overlap) {
  return (overlap.held ? "held: " : "listed: ") +
         domains::some_networks(overlap.networks) +
         " with hosts that delivered wanted mail: " + overlap.hosts;
}

/// Of a network by hand, which is listed whoever is seen in it.
std::vector<std::string> remarks_on(const net::ip_prefix& by_hand,
                                    const domains::allowance& allowed) {
  auto overlap = allowed.guard().overlap_with(
      net::address_set{by_hand} - allowed.all(), {by_hand});
  overlap.held = false;
  if (overlap.empty())
    return {};
  return {remark_on(overlap)};
}

std::vector<std::string> remarks_on(const domains::known_domain& known) {
  std::vector<std::string> remarks;
  if (has_failed(known))
    remarks.push_back("DNS failed: " + *known.trouble);
  else if (known.gone)
    remarks.push_back(known.good_at ? "no SPF record; believed at a second look"
                                    : "no SPF record");
  else if (!known.trouble->empty())
    remarks.push_back((known.role == domains::role::allowed
                           ? "protects only a part: "
                           : "not listed in full: ") +
                      *known.trouble);
  for (const domains::objection& each : domains::objections_to(known)) {
    remarks.push_back(each.text);
    remarks.push_back("refused: " + domains::some_networks(each.addresses));
  }
  if (!known.kept_off->empty())
    remarks.push_back("allow keeps off " +
                      domains::some_networks(known.kept_off));
  if (!known.overlap->empty())
    remarks.push_back(remark_on(known.overlap));
  return remarks;
}

/// Builds a difference, listing by listing.
class comparison {
public:
  comparison(const std::vector<table::holding>& before,
             const domains::domain_book& after)
      : before_{before},
        old_{index_of(before)},
        new_{index_of(table::holdings_of(table::snapshot{after.listings()}))} {}

  /// What becomes of the listing of that name; nothing but its name for an
  /// allowed domain.
  /// @param action what Postfix would be told; null for one that is no more
  listing_change& add(const std::string& name, listing_kind kind,
                      const table::action* action) {
    listing_change& change = made_.listings.emplace_back();
    change.name = name;
    change.kind = kind;
    if (kind == listing_kind::allowed_domain)
      return change;
    const table::holding before = take(old_, name);
    const net::address_set after = take(new_, name).addresses;
    change.added = after - before.addresses;
    change.removed = before.addresses - after;
    if (action != nullptr && !before.addresses.empty() && !after.empty())
      compare_actions(before, *action, change);
    return change;
  }

  /// Adds what was there before and was not added yet.
  void add_former() {
    for (const table::holding& each : before_) {
      if (old_.find(each.name) != old_.end())
        add(each.name, listing_kind::former, nullptr);
    }
  }

  [[nodiscard]] difference take_all() { return std::move(made_); }

private:
  static void compare_actions(const table::holding& before,
                              const table::action& action,
                              listing_change& into) {
    const std::string after =
        action.bind(before.name, some_day).filled(before.example);
    if (agrees(after, before.answer))
      return;
    into.action_before = before.answer;
    into.action_after = after;
  }

  const std::vector<table::holding>& before_;
  holdings_by_name old_; ///< without those that were added already
  holdings_by_name new_; ///< the same
  difference made_;
};

} // namespace

difference difference_between(const std::vector<table::holding>& before,
                              const domains::domain_book& after) {
  comparison all{before, after};
  for (const config::network_entry& each : after.by_hand())
    all.add(each.network.to_string(), listing_kind::by_hand, &each.action)
        .remarks = remarks_on(each.network, after.allowed());
  for (const domains::known_domain& each : after.domains()) {
    listing_change& change = all.add(each.domain.name.to_string(),
                                     each.role == domains::role::listed
                                         ? listing_kind::domain
                                         : listing_kind::allowed_domain,
                                     each.action ? &*each.action : nullptr);
    change.remarks = remarks_on(each);
    change.failed = has_failed(each);
  }
  all.add_former();
  return all.take_all();
}

bool difference::changes() const noexcept {
  return std::any_of(listings.begin(), listings.end(),
                     [](const auto& each) { return each.changes(); });
}

bool difference::dns_failed() const noexcept {
  bool some = false;
  for (const listing_change& each : listings) {
    if (each.kind == listing_kind::by_hand || each.kind == listing_kind::former)
      continue;
    if (!each.failed)
      return false;
    some = true;
  }
  return some;
}

} // namespace spfblock::reports
