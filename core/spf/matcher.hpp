// The mechanisms that name addresses themselves: all, ip4, ip6, a, mx; and
// those that no list can hold, ptr and exists (RFC 7208 §5).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/record.hpp"
#include "core/spf/rules.hpp"
#include "core/spf/tally.hpp"

#include <cstddef>
#include <optional>

namespace spfblock::spf {

/// The addresses that a mechanism matches, and the others that go on.  Those
/// that ran into an error are in none of the two.
struct matches {
  cohorts matched;
  cohorts unmatched;
};

/// Decides whom the directives of one evaluation match.  What is worth telling
/// is noted at the terms.
class matcher {
public:
  /// The record that a term stands in.
  struct place {
    const dns::name& domain;
    /// Whether a pass of that record is a pass of the listed domain; otherwise
    /// nothing is too wide, since it lists nothing.
    bool granting = true;
  };

  /// Everything given outlives the matcher.
  matcher(inquiry& dns, const rules& by, tally& notes, expansion& out)
      : dns_{dns},
        rules_{by},
        tally_{notes},
        out_{out} {}

  /// Splits `undecided` by any directive but include.
  /// @param term its index in expansion::terms
  [[nodiscard]] matches match(const directive& what, std::size_t term,
                              const place& here, cohorts undecided);

  /// The name that a term is about, for clients of one family; none if it is
  /// not listable (then there is a remark) or no domain name (RFC 7208 §4.8).
  [[nodiscard]] std::optional<dns::name>
  target_of(const std::optional<domain_spec>& spec, std::size_t term,
            const dns::name& here, net::family family);

private:
  matches match_network(const directive& what, std::size_t term,
                        const place& here, cohorts undecided);
  matches match_hosts(const directive& what, std::size_t term,
                      const place& here, cohorts undecided);
  bool too_wide(const directive& what, std::size_t term, const place& here,
                net::family family, unsigned length);
  void note_too_wide(std::size_t term, net::address_set addresses);

  inquiry& dns_;
  const rules& rules_;
  tally& tally_;
  expansion& out_;
  net::address_set too_wide_; ///< the union of out_.too_wide
};

} // namespace spfblock::spf
