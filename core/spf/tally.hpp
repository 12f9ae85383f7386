// Who goes on after an error or at a limit of RFC 7208.
#pragma once

#include "core/spf/account.hpp"
#include "core/spf/budget.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/rules.hpp"

#include <cstdint>
#include <string>

namespace spfblock::spf {

/// Decides who of the addresses concerned goes on, and tells the account of the
/// others.  An error that concerns nobody is none.
class tally {
public:
  /// All outlive the tally.
  tally(const rules& by, budget& spent, account& listing_account)
      : rules_{by},
        budget_{spent},
        account_{listing_account} {}

  /// Whether permerrors are passed over.
  [[nodiscard]] bool skips() const noexcept {
    return rules_.on_permerror == on_permerror::skip;
  }

  /// A term is in error for `concerned`.
  /// @return those that go on as if the term were not there: all if errors are
  ///         passed over, otherwise none
  [[nodiscard]] cohorts permerror(account::entry at, cohorts concerned,
                                  const std::string& why);

  /// A record is in error for `concerned`.
  /// @return as above
  [[nodiscard]] cohorts permerror(cohorts concerned);

  /// The DNS failed `concerned`, at a term or at a record: none of them goes
  /// on.
  void temperror(account::entry at, const cohorts& concerned,
                 const std::string& why);
  void temperror(const cohorts& concerned, const std::string& why);

  /// Counts a term that causes DNS queries (RFC 7208 §4.6.4).
  /// @return those that may have it evaluated
  [[nodiscard]] cohorts spend_dns_term(account::entry at, cohorts undecided);

  /// Counts a void lookup for those that the term did not match before it (RFC
  /// 7208 §4.6.4).
  /// @return those that go on
  [[nodiscard]] cohorts spend_void_lookup(account::entry at, cohorts unmatched);

  /// Whether a term matches `whom` depends on the mail.
  void depend_on_mail(account::entry at, mail_dependence on,
                      const cohorts& whom);

  /// Beside that, the name of a client alone may decide about him.
  void depend_on_name(const dns::name& target, const cohorts& whom);

private:
  void spend_error(const cohorts& concerned);

  const rules& rules_;
  budget& budget_;
  account& account_;
  std::uint64_t ranges_in_error_ = 0; ///< at most; of those told so far
  std::uint64_t ranges_waiting_ = 0;
};

} // namespace spfblock::spf
