// check_host() for all addresses at once (RFC 7208 §4).
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/rules.hpp"

#include <cstdint>
#include <vector>

namespace spfblock::spf {

/// Computes the set of addresses for which check_host(address, domain,
/// postmaster@domain) returns pass.
///
/// A record is evaluated once, over sets: a directive moves the addresses that
/// it matches, of those still undecided, to pass or out.  Addresses that came
/// the same way form a cohort, which carries what the RFC counts on that way:
/// DNS terms and void lookups.  A limit or an error hits exactly the cohort
/// that runs into it.  So the result equals check_host() address by address.
///
/// Not representable in a list, hence not matching and reported: `ptr`,
/// `exists` and macros of sender, client or time.
///
/// A void lookup is counted once a query, for the addresses that have not
/// matched before; implementations differ there (docs/spf-semantics.md).
///
/// Pure: call it, fetch what is `missing` into the store, call it again until
/// nothing is.  Answers that are missing count as "no match" meanwhile, so one
/// call names nearly all questions of a level at once, and each level of
/// includes takes one more call.
/// @param parsed the records that were parsed so far; to be kept where
///        evaluations one after the other visit the same ones
[[nodiscard]] expansion evaluate(const dns::name& domain,
                                 const dns::answer_store& answers,
                                 const rules& by, parsed_records& parsed);
[[nodiscard]] inline expansion evaluate(const dns::name& domain,
                                        const dns::answer_store& answers,
                                        const rules& by) {
  parsed_records none;
  return evaluate(domain, answers, by, none);
}

/// What an evaluation lacks.
struct lack {
  std::vector<dns::question> missing;
  std::uint64_t work = 0; ///< what it cost to find out, as expansion::work
};

/// What evaluate() would name as missing, in the same order, for less: nothing
/// is written down.
[[nodiscard]] lack missing_answers(const dns::name& domain,
                                   const dns::answer_store& answers,
                                   const rules& by, parsed_records& parsed);

} // namespace spfblock::spf
