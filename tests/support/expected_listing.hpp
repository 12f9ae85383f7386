// Expansions of l.test: what a test says about one, and how it is compared.
#pragma once

#include "core/spf/evaluation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spfblock::testing {

inline constexpr std::string_view everyone = "0.0.0.0/0 ::/0";

/// Prefixes from left to right, each added or, after a minus sign, taken out.
[[nodiscard]] net::address_set set_of(std::string_view text);

/// The prefixes of a set, parted by a space.
[[nodiscard]] std::string listed(const net::address_set& set);

/// What l.test has to expand to, in words for set_of().
struct expected_listing {
  std::string_view claim; ///< what it shows
  std::string zone;       ///< for zone_answers
  std::string pass;
  std::string permerror{};
  std::string temperror{};
};

/// A pass and, for everybody else, a permerror.
[[nodiscard]] expected_listing broken(std::string_view claim, std::string zone,
                                      const std::string& pass);

[[nodiscard]] spf::expansion expansion_of(std::string_view zone,
                                          const spf::rules& by = {});

/// The rules of RFC 7208 with another on_permerror.
[[nodiscard]] spf::rules rules_with(spf::on_permerror mode);

/// CHECKs that it does expand so.
void check(const expected_listing& expected, const spf::rules& by = {});

/// As check() by the rules of RFC 7208, and CHECKs that the specification says
/// the same wherever the listing begins or ends.
void check_both(const expected_listing& expected);

/// `count` times " TERM", in which # is the number from 1 on.
[[nodiscard]] std::string terms(unsigned count, std::string_view term);

/// The same, each on a line of its own.
[[nodiscard]] std::string lines(unsigned count, std::string_view line);

/// The remarks about all terms, "TERM: REMARK".
[[nodiscard]] std::vector<std::string> remarks(const spf::expansion& of);

} // namespace spfblock::testing
