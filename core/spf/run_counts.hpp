// What those count for RFC 7208 who are undecided at the terms of a run of
// networks.
#pragma once

#include "core/spf/cohort.hpp"
#include "core/spf/network_run.hpp"

#include <cstddef>
#include <vector>

namespace spfblock::spf {

/// Goes along a network_run, from its first term on.
class run_counts {
public:
  /// @param endings as network_run gives them; outlive this
  /// @param left undecided behind the run; outlive this
  run_counts(const std::vector<network_run::ending>& endings,
             const cohorts& left);

  /// Goes on to a later term.
  /// @return whether somebody is undecided there
  [[nodiscard]] bool anybody_at(std::size_t term);

  /// The highest there.
  [[nodiscard]] unsigned dns_terms() const noexcept { return dns_terms_; }
  [[nodiscard]] unsigned void_lookups() const noexcept { return void_lookups_; }

private:
  void count();

  const std::vector<network_run::ending>& endings_;
  const cohorts& left_;
  std::size_t ended_ = 0;
  unsigned dns_terms_ = 0;
  unsigned void_lookups_ = 0;
};

} // namespace spfblock::spf
