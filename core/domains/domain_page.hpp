// What is known of one domain: the last good expansion, what of it is listed,
// what went wrong.
#pragma once

#include "core/config/settings.hpp"
#include "core/domains/finding.hpp"
#include "core/domains/limits.hpp"
#include "core/domains/role.hpp"
#include "core/net/address_set.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/action.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::domains {

/// One domain.
struct domain_page {
  config::spf_domain domain;
  domains::role role = role::listed;
  std::optional<table::action> action; ///< of a listed domain

  finding good;                  ///< the last good expansion, empty before one
  std::optional<moment> good_at; ///< when it was last found so
  std::optional<std::chrono::sys_seconds> changed_at; ///< the addresses in it
  /// `good` without what is allowed and what is over a limit: what is listed,
  /// or allowed.  Computed.
  net::address_set effective;
  net::address_set kept_off;     ///< of `good`: what is allowed by others
  std::vector<refusal> refusals; ///< what the limits keep off, of `good`
  /// Why the last look was not believed: what it found is over a total, or
  /// grew too much.
  std::optional<refusal> rejected;
  std::vector<refused_term> refused_terms; ///< at the last look

  moment due{};
  bool expanding = false;
  unsigned failures = 0; ///< of the DNS, in a row
  unsigned changes = 0;  ///< looks that found a change, lately in a row
  bool tried = false;    ///< an expansion ended, however
  bool gone = false;     ///< no record at the last look that DNS answered
  /// The grown listing that waits for a second look.
  std::optional<net::address_set> held;
  moment configured_at{}; ///< when the entry came
  std::string trouble;    ///< of the last look, empty if none; safe for output
};

} // namespace spfblock::domains
