// The ABNF of RFC 7208 §7.1 and §12 as regular expressions: slow, and plainly
// right.  What the parsers take is compared with it.
#pragma once

#include "core/support/contract.hpp"

#include <regex.h>
#include <string>

namespace spfblock::test {

/// A POSIX extended regular expression that has to match a whole text,
/// whatever its case.  (std::regex does not compile without warnings under
/// g++ 12 with ASan.)
class whole_match {
public:
  explicit whole_match(const std::string& expression) {
    EXPECTS(regcomp(&compiled_, ("^(" + expression + ")$").c_str(),
                    REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0);
  }
  whole_match(const whole_match&) = delete;
  whole_match& operator=(const whole_match&) = delete;
  ~whole_match() { regfree(&compiled_); }

  /// @pre no null octet in `text`
  [[nodiscard]] bool operator()(const std::string& text) const {
    return regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

private:
  regex_t compiled_{};
};

namespace spf_grammar {

inline const std::string macro_expand =
    R"((%\{[slodiphv](0*[1-9][0-9]*)?r?[-.+,/_=]*\}|%%|%_|%-))";
inline const std::string macro_string = "(" + macro_expand + "|[!-$&-~])*";
inline const std::string toplabel =
    "([a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[-a-z0-9]*[a-z0-9])";
inline const std::string domain_spec =
    "(" + macro_string + R"((\.)" + toplabel + R"(\.?|)" + macro_expand + "))";

inline const std::string ip4_length = "(/([0-9]|[12][0-9]|3[0-2]))";
inline const std::string ip6_length =
    "(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))";
inline const std::string dual_length =
    "(" + ip4_length + "?(/" + ip6_length + ")?)";
inline const std::string qnum = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
inline const std::string ip4_network =
    "(" + qnum + R"(\.)" + qnum + R"(\.)" + qnum + R"(\.)" + qnum + ")";

/// ip6 is left out: its network is inet_pton's affair.
inline const std::string directive =
    "[-+~?]?(all|(include|exists):" + domain_spec + "|(a|mx)(:" + domain_spec +
    ")?" + dual_length + "|ptr(:" + domain_spec + ")?|ip4:" + ip4_network +
    ip4_length + "?)";
inline const std::string known_modifier = "(redirect|exp)=" + domain_spec;
/// Takes the known ones too, unlike §6: mind the order.
inline const std::string any_modifier = "[a-z][-a-z0-9_.]*=" + macro_string;

} // namespace spf_grammar

} // namespace spfblock::test
