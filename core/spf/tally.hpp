// The account of one evaluation: errors, limits and remarks, noted at the terms
// that caused them.
#pragma once

#include "core/spf/cohort.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/rules.hpp"
#include "core/support/failure.hpp"

#include <cstddef>
#include <string>

namespace spfblock::spf {

/// Decides who goes on after an error or at a limit, and writes it down.
class tally {
public:
  /// @param by outlives the tally
  /// @param out where it is written; outlives the tally
  /// @param writes whether anything is to be noted at terms; if not, they need
  ///        not be there
  tally(const rules& by, expansion& out, bool writes)
      : rules_{by},
        out_{out},
        writes_{writes} {}

  /// Whether errors and the limits of the RFC are passed over.
  [[nodiscard]] bool skips() const noexcept {
    return rules_.on_permerror == on_permerror::skip;
  }

  /// Notes something about a term, once.
  void remark(std::size_t term, const std::string& text);

  /// Notes a syntax error at its term.
  void syntax_error(std::size_t term, const failure& fault);

  /// A term is in error for `concerned`.
  /// @return those that go on as if the term were not there: all if errors are
  ///         passed over, otherwise none
  [[nodiscard]] cohorts permerror(std::size_t term, cohorts concerned,
                                  const std::string& why);

  /// A record is in error for `concerned`.
  /// @return as above
  [[nodiscard]] cohorts permerror(cohorts concerned);

  /// The DNS failed `concerned`, at a record or at a term.
  void temperror(const cohorts& concerned, const std::string& why);
  void temperror(std::size_t term, const cohorts& concerned,
                 const std::string& why);

  /// Counts a term that causes DNS queries (RFC 7208 §4.6.4).
  /// @return those that may have it evaluated
  [[nodiscard]] cohorts spend_dns_term(std::size_t term, cohorts undecided);

  /// Counts a void lookup for those that the term did not match (RFC 7208
  /// §4.6.4).
  /// @return those that go on
  [[nodiscard]] cohorts spend_void_lookup(std::size_t term, cohorts unmatched);

  /// Notes the highest counts at a term.
  void note_counts(std::size_t term, const cohorts& after);

private:
  void error(std::size_t term, const std::string& text);

  const rules& rules_;
  expansion& out_;
  const bool writes_;
};

} // namespace spfblock::spf
