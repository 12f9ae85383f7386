// What is known of one domain: the last good expansion, what of it is listed,
// what went wrong.
#pragma once

#include "core/config/settings.hpp"
#include "core/domains/figures.hpp"
#include "core/domains/finding.hpp"
#include "core/domains/growth.hpp"
#include "core/domains/limits.hpp"
#include "core/domains/role.hpp"
#include "core/domains/seen_guard.hpp"
#include "core/net/address_set.hpp"
#include "core/support/seldom.hpp"
#include "core/support/shared_constant.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/action.hpp"
#include "core/table/residue.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::domains {

/// Of those about whom the mail decides: whom the DNS leaves undecided since.
struct kept_clients {
  net::address_set addresses;
  moment good_at{}; ///< when the mail was last found to decide about them

  friend bool operator==(const kept_clients&, const kept_clients&) = default;
};

/// One domain.
///
/// There may be very many, most of them alike: what is shared_constant or
/// seldom takes a pointer where there is nothing, and the sets that are mostly
/// the same, what was found, what is listed and what was listed before, are one
/// in memory.
struct known_domain {
  config::spf_domain domain;
  domains::role role = role::listed;
  bool is_provider = false;            ///< allowed as one of `allow.providers`
  std::optional<table::action> action; ///< of a listed domain

  /// The last good expansion, without what is held or not kept; empty before
  /// one.  With what an earlier one found and the DNS left undecided since.
  finding good;
  std::optional<moment> good_at; ///< when the rest of it was last found so
  std::optional<std::chrono::sys_seconds> changed_at; ///< the addresses in it
  /// Of a listed domain: `good` without what is allowed, what is held for the
  /// sake of who is seen, and what is over a limit.  Of an allowed one: `good`
  /// and `lost`, or `shipped`.  Computed.
  shared_constant<net::address_set> effective;
  /// Of `good`: what is allowed by others.
  shared_constant<net::address_set> kept_off;
  shared_constant<seen_overlap> overlap; ///< of `good`: listed, unless held
  /// What the limits keep off, of `good`.
  shared_constant<std::vector<refusal>> refusals;
  share size; ///< of what its own limits leave: all of it
  /// What it may list of limits.total.ipv4_addresses where that is more than
  /// others may: what those before it left of theirs.
  std::optional<std::uint64_t> more_addresses;
  seldom<refusal> held; ///< what of the last look has to wait
  /// What of the last look was over the number of networks that are kept.
  seldom<refusal> not_kept;
  /// Of an allowed domain: what the last look did not find and the one before
  /// did.  It is allowed until the next one.
  shared_constant<net::address_set> lost;
  moment lost_at{}; ///< the first of it
  /// Of an allowed domain that the program knows as a provider: what is allowed
  /// while the record gives nothing, or the DNS leaves somebody undecided.
  shared_constant<net::address_set> shipped;
  /// At the last look.
  shared_constant<std::vector<refused_term>> refused_terms;
  /// Of a listed domain: for whom the mail decides; null: for nobody.
  std::shared_ptr<const table::residue> waits_for_mail;
  /// Some of them, disjoint, the oldest first; the others were found so at
  /// `mail_at`.
  shared_constant<std::vector<kept_clients>> mail_kept;
  moment mail_at{};
  /// What of them was over the number of networks that are kept.
  seldom<refusal> mail_not_kept;
  /// The chains to the terms that decide then, the first of them; safe.
  shared_constant<std::vector<std::string>> mail_terms;

  moment due{};
  bool expanding = false;
  /// The look under way was put aside, since its answers had no room
  /// (spf::answer_room): when.
  std::optional<moment> put_aside_at;
  /// Of the last look; without addresses where these are too many.
  shared_constant<std::vector<spf::open_question>> open_questions;
  unsigned failures = 0; ///< looks in a row that left somebody undecided
  /// The last one found out about others who pass; else it decided nothing that
  /// could be listed.
  bool in_part = false;
  unsigned changes = 0; ///< looks that found a change, lately in a row
  bool tried = false;   ///< an expansion ended, however
  bool gone = false;    ///< no record at the last look that DNS answered
  growth_brake growth;
  moment configured_at{}; ///< when the entry came
  /// Of a listed domain: what its first look found is not published yet, since
  /// an allowed domain is not known (domain_book::awaits_allowed()).
  bool waits = false;
  /// Of the last look, empty if none; safe for output.
  shared_constant<std::string> trouble;
  domains::figures figures; ///< of the sets above; computed
};

/// Whether its record has given networks that are not too old.
[[nodiscard]] inline bool is_known(const known_domain& of) {
  return of.good_at && !of.good.pass->empty();
}

} // namespace spfblock::domains
