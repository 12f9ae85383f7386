// check_host() of RFC 7208 §4 for one client address: the specification of
// spf::evaluate().  Slow, recursive and plainly right; it shares the parser of
// records and the expansion of macros, nothing else.
#pragma once

#include "core/spf/record.hpp"
#include "core/spf/rules.hpp"
#include "tests/support/zone_answers.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace spfblock::testing {

/// RFC 7208 §2.6.
enum class verdict {
  none,
  neutral,
  pass,
  fail,
  softfail,
  temperror,
  permerror
};

/// Judges clients by the records in a zone.
///
/// Where the RFC leaves a choice, or a list must differ, it reads as spfblock
/// does:
/// - A term counts when it is evaluated: a redirect that is not followed does
///   not, `ptr`, `exists` and a term with a macro of the mail do.  The last
///   three never match, and nothing is asked for them.
/// - The hosts of an `mx` are asked in the order of their preferences, then of
///   their names, until one matches; each question that is void counts, and one
///   that fails is the end.
class checker {
public:
  /// @param passes_over whether permerrors and limits are passed over, as
  ///        on_permerror::skip says; a loop then is what is cut
  explicit checker(zone_answers& zone, bool passes_over = false)
      : zone_{zone},
        passes_over_{passes_over} {}

  /// For a client that uses `domain` in MAIL FROM.
  [[nodiscard]] verdict check_host(const net::ip_address& client,
                                   const dns::name& domain);

private:
  enum class match { yes, no, temperror, permerror };
  /// A domain's record, or the verdict where it has not exactly one.
  struct policy {
    std::optional<spf::record> record;
    verdict otherwise = verdict::none;
  };

  const policy& policy_of(const dns::name& domain);
  verdict check(const dns::name& domain);
  verdict walk(const spf::record& record, const dns::name& domain);
  verdict refer(const spf::domain_spec& to, const dns::name& domain);

  match evaluate(const spf::directive& what, const dns::name& domain);
  match evaluate_include(const spf::directive& what, const dns::name& domain);
  match evaluate_hosts(const spf::directive& what, const dns::name& domain);

  bool names_client(const net::ip_address& address,
                    const spf::directive& what) const;
  std::optional<dns::name> expand(const spf::domain_spec& spec,
                                  const dns::name& domain) const;
  bool spend_dns_term();
  bool spend_void_lookup();
  verdict permerror() const;

  zone_answers& zone_;
  bool passes_over_;
  std::unordered_map<dns::name, policy> policies_;

  net::ip_address client_;
  dns::name listed_;
  unsigned dns_terms_ = 0;
  unsigned void_lookups_ = 0;
  std::vector<dns::name> path_;
};

} // namespace spfblock::testing
