// The walk through the records of one domain, for all addresses at once
// (RFC 7208 §4.6).
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/account.hpp"
#include "core/spf/budget.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/matcher.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/place.hpp"
#include "core/spf/record.hpp"
#include "core/spf/rules.hpp"
#include "core/spf/tally.hpp"

#include <cstddef>
#include <string>
#include <unordered_set>

namespace spfblock::spf {

/// Walks from the record of a domain through those that it includes or
/// redirects to; see evaluation.hpp for what that means.  What comes of it is
/// in the account and in the inquiry.
class evaluator {
public:
  /// Everything given outlives the evaluator.
  evaluator(const dns::name& listed, const rules& by, parsed_records& parsed,
            inquiry& dns, account& listing_account)
      : listed_{listed},
        rules_{by},
        parsed_{parsed},
        dns_{dns},
        account_{listing_account},
        budget_{by},
        tally_{by, budget_, listing_account},
        matcher_{listed, by, budget_, dns, tally_, listing_account} {}

  /// From the record of the domain on.
  void run() { visit(listed_, nullptr, cohorts::everybody()); }

  /// What that cost, in ranges touched.
  [[nodiscard]] std::uint64_t work() const noexcept { return budget_.work(); }

private:
  /// What became of the addresses that one record was asked about.  Those that
  /// ran into an error are in none of the two.
  struct record_result {
    cohorts passed;
    cohorts not_passed;
    bool no_record = false; ///< "none": all are in `not_passed` then
  };

  /// The redirect= of a record; null where it has none.
  struct redirection {
    const redirect_modifier* to = nullptr;
    account::entry at;
  };

  record_result visit(const dns::name& domain, const place* via,
                      cohorts undecided);
  void spend_parsing(const dns::name& domain, const record& parsed);
  const std::string* select(const dns::name& domain, const place* via,
                            cohorts& undecided, record_result& result);
  bool leads_astray(const dns::answer& given, const place* via);
  record_result walk(const record& parsed, const frame& here,
                     cohorts undecided);
  static redirection redirection_of(const record& parsed, account::entry first);
  void tell_ignored(const record& parsed, account::entry first);
  bool in_error(const record& parsed, account::entry first);
  std::size_t run_from(const record& parsed, std::size_t first,
                       const frame& here) const;
  void apply_run(const record& parsed, std::size_t first, std::size_t end,
                 const place& at, cohorts& undecided, record_result& result);
  void apply(const directive& what, const place& at, cohorts& undecided,
             record_result& result);
  bool out_of_work(const place& at, cohorts& undecided);
  account::decision decision_of(const directive& what, const frame& here) const;
  void spend_decision(const cohorts& whom, const cohorts& to);
  void follow(const redirect_modifier& what, const place& at, cohorts undecided,
              record_result& result);

  matches match(const directive& what, const place& at, cohorts undecided);
  matches consult(const domain_spec& spec, const place& at,
                  matcher::leading where, cohorts undecided);
  bool may_not_follow(const dns::name& target, const place& at);
  record_result enter(const dns::name& target, const place& at,
                      cohorts undecided);

  const dns::name& listed_;
  const rules& rules_;
  parsed_records& parsed_;
  inquiry& dns_;
  account& account_;
  budget budget_;
  tally tally_;
  matcher matcher_;
  /// As parsed_records, did it belong to this evaluation alone.
  std::unordered_set<dns::name> read_;
  std::size_t read_bytes_ = 0;
};

} // namespace spfblock::spf
