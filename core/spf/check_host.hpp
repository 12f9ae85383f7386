// check_host() for one mail (RFC 7208 §4).
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/question.hpp"
#include "core/spf/envelope.hpp"
#include "core/spf/mail_tally.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/rules.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::spf {

/// What check_host() says (RFC 7208 §2.6).
enum class host_result : std::uint8_t {
  none, ///< there is no record, or the sender's domain is no domain name
  neutral,
  pass,
  fail,
  softfail,
  temperror,
  permerror,
};

/// All results with their words, in order.
inline constexpr std::array<std::string_view, 7> host_result_words{
    "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

[[nodiscard]] constexpr std::string_view text_of(host_result of) noexcept {
  return host_result_words[static_cast<std::size_t>(of)];
}

static_assert(text_of(host_result::permerror) == "permerror");

/// Whether terms are looked at that depend on the mail: ptr, exists, and macros
/// of the sender and the client.
enum class terms_of_mail : bool {
  passed_over, ///< they match nobody, and nothing is asked for them; as
               ///< evaluate() has it
  matched,
};

/// What check_host() came to.
struct host_check {
  /// Not empty: answers to these are needed first; all else is preliminary.
  std::vector<dns::question> missing;
  host_result result = host_result::none;
  /// The chain to the term that decided, or to what is in error; empty if no
  /// term did.  Safe for output.
  std::string why;
  /// The records, the terms that asked the DNS, and the term that decided.
  std::vector<check_step> steps;
  /// How long the result holds, in seconds: the smallest TTL of all answers
  /// used; 0 if none tells.
  std::uint32_t ttl = 0;
  std::size_t questions = 0; ///< distinct ones
};

/// Whether the sender's domain authorises this client for this mail.
///
/// As evaluate(), but for one mail, so that nothing in a record depends on what
/// is not known: for a client whom no term of the mail can decide about both
/// say the same, under the same rules (what is too wide, what is not followed,
/// which errors are passed over).  exp= must parse and is not looked at: no
/// explanation is ever shown.
///
/// Pure: call it, put what is `missing` into the store, call it again until
/// nothing is.  It asks for nothing that a receiver would not ask on the way to
/// the result, but for names of one client, which it asks for together.
/// Bounded by `by.dns_queries`, by `by.depth` and by the limits of RFC 7208
/// §4.6.4; whatever HELO and local part are, a name has 253 octets at most.
///
/// @param parsed the records that were parsed so far
[[nodiscard]] host_check
check_host(const envelope& of, const dns::answer_store& answers,
           const rules& by, parsed_records& parsed,
           terms_of_mail which = terms_of_mail::matched);

} // namespace spfblock::spf
