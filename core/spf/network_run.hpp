// Terms of networks that stand one behind the other, evaluated as one.
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/spf/cohort.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spfblock::spf {

/// The networks of `ip4` and `ip6` terms with nothing between them that asks
/// the DNS.  An address that is in several of them is decided by the first.
///
/// One by one, each term moves what the undecided are kept in: n terms that cut
/// them into n ranges cost as much as the square of n.  Together they cost what
/// it takes to sort them, and one walk through the undecided.
class network_run {
public:
  /// A further network, behind those that were added.
  /// @param term its number in the record, higher than those before
  /// @param passes whether the qualifier is `+`
  void add(const net::ip_prefix& network, std::size_t term, bool passes) {
    members_.push_back({network, term, passes});
  }

  /// Whom one term decides.
  struct share {
    std::size_t term = 0;
    cohorts whom; ///< what was counted for them is left out
  };

  /// A cohort of which nobody was left behind a term.
  struct ending {
    std::size_t term = 0;
    unsigned dns_terms = 0;
    unsigned void_lookups = 0;
  };

  struct decided {
    cohorts passed;
    cohorts refused;             ///< matched, by a qualifier other than `+`
    std::vector<share> shares;   ///< in the order of their terms
    std::vector<ending> endings; ///< ascending by term
  };

  /// Takes whom the networks match out of `undecided`.
  /// @param work is added to by what that costs (budget::spend_work)
  [[nodiscard]] decided take_from(cohorts& undecided,
                                  std::uint64_t& work) const;

private:
  struct member {
    net::ip_prefix network;
    std::size_t term = 0;
    bool passes = false;
  };
  template <class Number>
  struct partition;

  /// Those of a family that match somebody, outer networks before inner ones.
  [[nodiscard]] std::vector<member> meeting(const cohorts& whom,
                                            net::family of) const;

  std::vector<member> members_;
};

} // namespace spfblock::spf
