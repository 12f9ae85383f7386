// check_host() of RFC 7208 §4 for clients of a zone: the specification of
// spf::evaluate().
#pragma once

#include "core/spf/check_host.hpp"
#include "tests/support/zone_answers.hpp"

namespace spfblock::testing {

using verdict = spf::host_result;

/// Judges clients by the records in a zone, one at a time and recursively, as
/// spf::check_host() does: it shares with spf::evaluate() the parser of records
/// and the expansion of macros, and no rule.
///
/// As in evaluate(), what depends on the mail (`ptr`, `exists`, macros of the
/// sender and the client) matches nobody, and nothing is asked for it.
class checker {
public:
  /// @param passes_over whether permerrors and limits are passed over, as
  ///        on_permerror::skip says; a loop then is what is cut
  explicit checker(zone_answers& zone, bool passes_over = false) : zone_{zone} {
    if (passes_over)
      by_.on_permerror = spf::on_permerror::skip;
  }

  /// For a client that uses `domain` in MAIL FROM.
  [[nodiscard]] verdict check_host(const net::ip_address& client,
                                   const dns::name& domain);

private:
  zone_answers& zone_;
  spf::rules by_;
  dns::answer_store answers_;
  spf::parsed_records parsed_;
};

/// Calls spf::check_host(), fetching what is missing, until nothing is.
/// @throws std::logic_error if it does not come to an end
[[nodiscard]] spf::host_check
check_host(const spf::envelope& of, zone_answers& zone,
           const spf::rules& by = {},
           spf::terms_of_mail which = spf::terms_of_mail::matched);

} // namespace spfblock::testing
