// A small zone, and the rules to expand it by, from any octets.
//
// One line an entry, so that what a fuzzer inserts or deletes changes one
// entry.  Each octet of a line stands for itself where it is among the choices
// of its place, otherwise for one of them; missing ones are null octets.
//
//     0i+1      a term of n0.test: `include:n1.test`, qualifier `+`
//     1a-2.4    `-a:n2.test//124`; 3m likewise; `.` is no length, `w` and `W`
//               are wide ones; target `n` is none
//     04+a3     `ip4:10.0.0.1/28`; 06 likewise for ip6
//     2l~ 2p+ 2e+3 2r4    all, ptr, exists, redirect
//     2t...     the rest of the line as it is
//     2!        what follows is in one more record
//     1Aa 1Qb 1M3         an address, an IPv6 address, a mail exchange of n1
//     1C2       n1.test is an alias of n2.test
//     1Fa       the answer of a type fails
//     *k        a rule: s, k, v for stop, skip, void; *w4 *W4 *q9 *d3 *n2 for
//               widest_ipv4, widest_ipv6, dns_queries, depth, not_followed
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/record.hpp"
#include "core/spf/rules.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::fuzz {

struct line_zone {
  spf::rules by;
  std::map<dns::question, dns::answer> answers;
  std::vector<spf::record> records; ///< of all names
  /// The zone as testing::zone_answers reads it, for a unit test.
  std::string description;

  /// Reads 80 lines and 40 octets of each at most.
  explicit line_zone(std::string_view text);

  /// The answer to any question; NXDOMAIN for what is not in the zone.
  [[nodiscard]] const dns::answer& answer(const dns::question& asked) const;

  /// The expansion of any domain.
  [[nodiscard]] spf::expansion expand(const dns::name& domain,
                                      const spf::rules& rules) const;

  /// The networks that a directive can match, whatever the rest of the zone.
  [[nodiscard]] std::vector<net::ip_prefix>
  networks_of(const spf::directive& what) const;

  /// What a term may cost (spf::expansion::work): it touches a few times all
  /// the ranges that the networks named in the zone can cut the addresses into,
  /// and no more.  No zone is known where it is half of this.
  [[nodiscard]] std::uint64_t most_work_of_a_term() const;

  /// What an expansion may cost that went through these records and terms.
  [[nodiscard]] std::uint64_t most_work(const spf::expansion& made) const;

  /// The domain to expand, n0.test.
  [[nodiscard]] static const dns::name& domain();
};

} // namespace spfblock::fuzz
