// What must hold of any expansion, whatever the rules.
#pragma once

#include "core/spf/expansion.hpp"

#include <string>
#include <vector>

namespace spfblock::testing {

/// What of it does not hold of an expansion of which nothing is missing.
inline std::vector<std::string> contradictions(const spf::expansion& of) {
  std::vector<std::string> found;
  const auto expect = [&found](bool condition, const char* what) {
    if (!condition)
      found.emplace_back(what);
  };
  expect((of.permerror & of.temperror).empty(), "two errors at once");
  expect((of.pass & (of.permerror | of.temperror)).empty(), "pass in error");
  expect((of.outcome == spf::outcome::temperror) == !of.temperror.empty(),
         "outcome temperror");
  expect(of.reason.empty() == of.temperror.empty(), "reason");

  net::address_set granted;
  for (const spf::grant& each : of.grants) {
    const spf::term_visit& term = of.terms.at(each.term);
    expect(!each.addresses.empty(), "empty grant");
    expect((granted & each.addresses).empty(), "grants overlap");
    expect((each.addresses - term.granted).empty(), "grant beyond its term");
    granted |= each.addresses;
  }
  expect(granted == of.pass, "grants are not the pass");

  net::address_set of_own_terms;
  for (const spf::term_visit& term : of.terms) {
    expect(term.reached || (term.granted.empty() && term.refused.empty()),
           "decided out of reach");
    expect((term.granted & term.refused).empty(), "granted and refused");
    if (term.record == 0)
      of_own_terms |= term.granted;
  }
  expect((of.pass - of_own_terms).empty(), "pass without a term");
  return found;
}

} // namespace spfblock::testing
