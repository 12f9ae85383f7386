// The mechanisms that name addresses themselves: all, ip4, ip6, a, mx; and
// those that no list can hold, ptr and exists (RFC 7208 §5).
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/account.hpp"
#include "core/spf/budget.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/hosts.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/network_run.hpp"
#include "core/spf/place.hpp"
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

/// Decides whom the directives of one evaluation match.
class matcher {
public:
  /// Everything given outlives the matcher.
  /// @param listed the domain that is evaluated
  matcher(const dns::name& listed, const rules& by, budget& spent, inquiry& dns,
          tally& errors, account& listing_account)
      : listed_{listed},
        rules_{by},
        budget_{spent},
        dns_{dns},
        tally_{errors},
        account_{listing_account} {}

  /// Splits `undecided` by any directive but include.
  [[nodiscard]] matches match(const directive& what, const place& at,
                              cohorts undecided);

  /// Whether a term can be matched together with its neighbours: ip4 and ip6,
  /// and what is too wide, if no more is to be told of that.
  [[nodiscard]] bool is_of_run(const directive& what, const frame& here) const;

  /// Adds the network of such a term, if it matches anybody.
  /// @param number as network_run::add()
  void add_to(network_run& run, const directive& what, std::size_t number,
              const frame& here) const;

  /// Tells the account of such a term what match() would, once it is reached.
  void tell_of_run(const directive& what, const place& at);

  /// The name that a term is about, for clients of one family; none if it is
  /// not listable (then there is a remark) or no domain name (RFC 7208 §4.8).
  [[nodiscard]] std::optional<dns::name>
  target_of(const std::optional<domain_spec>& spec, const place& at,
            net::family family);

  /// What a match of the term may lead to, were the mail known.
  enum class leading : bool {
    nowhere, ///< to no pass of the listed domain: it would end without
    to_pass,
  };

  /// Where a directive with that qualifier may lead.
  [[nodiscard]] static leading leads(const place& at, qualifier by) noexcept {
    return at.record.granting && by != qualifier::pass ? leading::nowhere
                                                       : leading::to_pass;
  }

  /// Notes that a term matches none of `whom` only because the mail is not
  /// known.
  /// @param whom all undecided of the families
  void depend_on_mail(const place& at, leading where, mail_dependence on,
                      families of, const cohorts& whom);

private:
  matches match_about_mail(const directive& what, const place& at,
                           cohorts undecided);
  void pass_by_name(const directive& what, const place& at,
                    const cohorts& undecided);
  matches match_network(const directive& what, const place& at,
                        cohorts undecided);
  matches match_hosts(const directive& what, const place& at,
                      cohorts undecided);
  cohorts pass_by(const hosts& found, const place& at, cohorts unmatched);
  void tell_too_wide(const place& at, const net::ip_prefix& network,
                     const cohorts& undecided);
  [[nodiscard]] bool is_too_wide(const directive& what, const frame& here,
                                 net::family family, unsigned length) const;
  bool too_wide(const directive& what, const place& at, net::family family,
                unsigned length);
  void tell_matches_nothing(const place& at);

  const dns::name& listed_;
  const rules& rules_;
  budget& budget_;
  inquiry& dns_;
  tally& tally_;
  account& account_;
  std::size_t too_wide_told_ = 0; ///< how often
  /// Of which families somebody met a term of the mail that may end for him
  /// otherwise than with a pass of the listed domain, or with an error.
  families in_doubt_;
};

} // namespace spfblock::spf
