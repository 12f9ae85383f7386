// A domain book with its clocks, and expansions as a resolver would lead to
// them.
#pragma once

#include "core/domains/domain_book.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::testing {

using domains::domain_book;
using domains::role;

/// When every story starts.
inline constexpr timestamp beginning{
    moment{std::chrono::hours{5000}},
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

/// The shortest time there is.
inline constexpr auto instant = moment::duration{1};

// Settings -----------------------------------------------------------------

[[nodiscard]] config::spf_domain domain_of(std::string_view name);

/// What evaluation makes of the records, as zone_answers has them, of the
/// domain named.
[[nodiscard]] spf::expansion evaluated(std::string_view domain,
                                       std::string_view records);

[[nodiscard]] config::domain_entry
entry_of(std::string_view name, std::string_view action = "REJECT {domain}");

[[nodiscard]] config::network_entry by_hand(std::string_view network,
                                            std::string_view action = "REJECT");

/// Lists domains; nothing is allowed, reserved space is not either, so that
/// networks for documentation can be listed.
[[nodiscard]] config::settings
settings_of(const std::vector<std::string>& domains);

// Expansions: networks as words for set_of() -------------------------------

/// The domain's record has a term for each network.
[[nodiscard]] spf::expansion expanded(std::string_view domain,
                                      std::string_view networks,
                                      std::uint32_t ttl = 86400);

/// The same, each word a term of its own: what an earlier one granted it does
/// not grant again.
[[nodiscard]] spf::expansion naming(std::string_view domain,
                                    const std::vector<net::ip_prefix>& terms);
[[nodiscard]] spf::expansion naming(std::string_view domain,
                                    std::string_view networks);

/// The DNS failed for everybody.
[[nodiscard]] spf::expansion failing(std::string_view domain,
                                     const std::string& reason = "timeout");

/// The DNS failed for these as well; for all others if there are none.
[[nodiscard]] spf::expansion
undecided(spf::expansion of, std::string_view networks = "",
          const std::string& question = "dead.example TXT: SERVFAIL");

/// There is no record.
[[nodiscard]] spf::expansion gone(std::string_view domain);

/// One more term, which does not match.
[[nodiscard]] spf::expansion with_remark(spf::expansion of,
                                         const std::string& remark);

// The book -----------------------------------------------------------------

/// The phrases of the events, with "!" before a warning, those of an allowed
/// domain with "allowed " before: "!domain failing; listing changed".
[[nodiscard]] std::string told(const domain_book::book_change& of);

/// The events that have `phrase`, a line each.
[[nodiscard]] std::string lines_of(const domain_book::book_change& of,
                                   std::string_view phrase);

/// A book with its clocks.
struct book_fixture {
  domain_book book;
  timestamp now;
  net::address_set own;

  explicit book_fixture(const config::settings& settings,
                        std::function<double()> random = {},
                        timestamp at = beginning);

  /// Both clocks go on.
  void pass(moment::duration time);
  void pass_until(moment at) { pass(at - now.steady); }

  domain_book::book_change apply(const config::settings& settings) {
    auto change = book.apply(settings, own, now);
    for (const domains::known_domain& each : book.domains())
      check_figures(each);
    check_total();
    return change;
  }

  /// The domains that are due now, which are being expanded from now on; an
  /// allowed one as "+NAME".
  std::string take_due();

  /// Goes to the moment when a domain is due.
  std::string next();

  domain_book::book_change settle(const spf::expansion& result,
                                  role as = role::listed) {
    auto change = book.settle(as, result, now);
    for (const domains::known_domain& each : book.domains())
      if (each.domain.name == result.domain && each.role == as)
        check_figures(each);
    check_total();
    return change;
  }

  /// What all have together is what each has.
  void check_total() const;

  /// What is told of a domain is what there is to tell.
  static void check_figures(const domains::known_domain& of);

  /// Waits until domains are due and settles this one's expansion.
  domain_book::book_change settle_next(const spf::expansion& result,
                                       role as = role::listed);

  /// Settles an expansion now, at the next look at this domain.
  domain_book::book_change look(const spf::expansion& result,
                                role as = role::listed);

  [[nodiscard]] const domains::known_domain& page(std::size_t i = 0) const;

  [[nodiscard]] bool lists(std::string_view networks, std::size_t i = 0) const {
    return page(i).effective == set_of(networks);
  }

  /// "NAME NETWORK,NETWORK; ..." of what is to be published.
  [[nodiscard]] std::string published() const;

  /// Every address that is to be published.
  [[nodiscard]] net::address_set blocked() const;
};

} // namespace spfblock::testing
