// What became of one domain: the addresses that pass, through which terms, and
// everything worth telling about it.
#pragma once

#include "core/dns/name.hpp"
#include "core/dns/question.hpp"
#include "core/net/address_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::spf {

/// How the expansion of a domain ended.
enum class outcome : std::uint8_t {
  expanded,  ///< `pass` is the listing, be it empty
  no_record, ///< the domain has no SPF record (RFC 7208 §2.6.1, "none")
  temperror, ///< the DNS left some addresses undecided (RFC 7208 §2.6.6);
             ///< `pass` is the listing of the others
};

/// All outcomes with their words, in order.
inline constexpr std::array<std::string_view, 3> outcome_words{
    "expanded", "no_record", "temperror"};

[[nodiscard]] constexpr std::string_view text_of(outcome of) noexcept {
  return outcome_words[static_cast<std::size_t>(of)];
}

static_assert(text_of(outcome::temperror) == "temperror");

/// What a term is, as far as it is told otherwise than others.
enum class term_kind : std::uint8_t {
  all,
  network,   ///< ip4, ip6
  mechanism, ///< another one
  redirect,
  other ///< it matches nobody: another modifier, or in error
};

/// One term of one visited record.
struct term_visit {
  std::size_t record = 0; ///< index in expansion::records
  std::string text;       ///< as written; safe for output
  std::size_t offset = 0; ///< in the record, octets
  bool reached = false;   ///< some address was still undecided there
  term_kind kind = term_kind::other;
  bool is_joint = false; ///< several terms of the record, the last ones
  /// Addresses that this term moved to pass at its own record.
  net::address_set granted;
  /// Addresses that this term ended for, without pass: a carve-out.
  net::address_set refused;
  /// Terms with DNS queries and void lookups used so far by the address that
  /// used most, this term included.
  unsigned dns_terms = 0;
  unsigned void_lookups = 0;
  /// Why the term counts as not matching, or the error, safe for output; empty
  /// if all is well.
  std::vector<std::string> remarks;
  /// Whether a remark is a permerror or temperror.
  bool in_error = false;
};

/// One record on the way.
struct record_visit {
  dns::name domain;
  std::optional<std::size_t> via; ///< the term that led here; none at the top
  bool is_redirect = false;       ///< that is redirect=, so this speaks for it
  std::string text;               ///< safe for output; empty if there is none
  std::uint32_t ttl = 0;          ///< of the TXT answer, seconds
  std::string error; ///< why there is nothing to evaluate; safe for output
};

/// Addresses of the listing and the term that authorised them.
struct grant {
  std::size_t term = 0; ///< index in expansion::terms
  net::address_set addresses;
};

/// A question that failed, and whom that left undecided.
struct open_question {
  std::string why; ///< "dead.example TXT: SERVFAIL"; safe for output
  net::address_set undecided;

  friend bool operator==(const open_question&, const open_question&) = default;
};

/// A permerror, and for whom check_host() ends in it.
struct met_error {
  std::size_t record = 0;          ///< index in expansion::records
  std::optional<std::size_t> term; ///< the same, of terms; none: the record's
  std::string why;                 ///< "over 2 void lookups"; of a term only
  net::address_set addresses;
};

/// Those addresses in words: "192.0.2.0/24", "all other IPv4 clients".
[[nodiscard]] std::string clients_of(const open_question& of);

/// "undecided for all other IPv4 clients: h.example A: SERVFAIL"; safe for
/// output.
[[nodiscard]] std::string text_of(const open_question& of);

/// What of a mail, beside its client, terms depend on.
struct mail_dependence {
  bool on_local_part = false; ///< of the sender
  bool on_helo = false;

  mail_dependence& operator|=(const mail_dependence& more) noexcept {
    on_local_part = on_local_part || more.on_local_part;
    on_helo = on_helo || more.on_helo;
    return *this;
  }

  friend bool operator==(const mail_dependence&,
                         const mail_dependence&) = default;
};

/// Clients for whom check_host() says pass, whatever the mail, if the DNS
/// confirms a name of theirs that is `target` or below it (ptr, RFC 7208 §5.5).
struct named_clients {
  dns::name target;
  net::address_set addresses;

  friend bool operator==(const named_clients&, const named_clients&) = default;
};

/// Of whom check_host() for a mail may say pass though `pass` has them not:
/// those for whom a term of the mail decides (ptr, exists, a macro).
struct residue {
  net::address_set addresses;
  mail_dependence depends;
  /// Indices in expansion::terms, in order of evaluation.
  std::vector<std::size_t> terms;
  /// Those among `addresses` whom the name alone decides about, a target once:
  /// of targets at or below the listed domain, whose owner says who has a name
  /// there; another target would list whom he likes.  In order of evaluation,
  /// of the first `most_named_ranges` ranges.
  std::vector<named_clients> named{};

  friend bool operator==(const residue&, const residue&) = default;
};

/// So many ranges of addresses are kept whom their names decide about.
inline constexpr std::size_t most_named_ranges = 65'536;

/// The result of evaluate().  Regular value type.
struct expansion {
  dns::name domain;
  /// Not empty: answers to these are needed first; all else is preliminary.
  std::vector<dns::question> missing;

  spf::outcome outcome = outcome::expanded;
  /// For temperror: what failed first; safe for output.
  std::string reason;

  /// The addresses for which check_host() returns pass, after on_permerror and
  /// the rules about width.
  net::address_set pass;
  /// The same, disjoint, by the term that granted them, in order of
  /// evaluation.
  std::vector<grant> grants;
  /// What the terms would have granted that are too wide, disjoint, in order of
  /// evaluation; of the first hundred networks, where `all` is two.  Of ip4,
  /// ip6 and all only: hosts are not looked up for it.
  std::vector<grant> too_wide;
  /// The networks that terms name which grant, unless they are too wide:
  /// whatever of them an earlier term granted or refused already, and before
  /// neighbours are merged, so that a limit refuses what is over it and nothing
  /// beside or within it.  Ascending, none twice; of very many the widest of
  /// each family.  Empty: those that the prefixes of the grants are.
  std::vector<net::ip_prefix> named;
  /// The addresses for which check_host() returns permerror and temperror; with
  /// on_permerror::list_void a permerror decides about all: none of the latter.
  net::address_set permerror;
  net::address_set temperror;
  /// The former by the error that they met, disjoint, in order of evaluation.
  std::vector<met_error> met_errors;
  /// The latter, disjoint, by the question that failed, in order of evaluation;
  /// a question once.
  std::vector<open_question> open_questions;

  /// Disjoint from `pass`.  A term that can only end without pass for whom it
  /// matches counts for nobody.
  spf::residue residue;

  std::vector<record_visit> records; ///< in order of visit; [0] is the domain's
  std::vector<term_visit> terms;

  /// The smallest TTL of all answers used, seconds.
  std::uint32_t ttl = 0;
  /// How many distinct questions were needed.
  std::size_t questions = 0;
  /// What it cost, in ranges of addresses touched (rules::work): the
  /// evaluation, and of a crawl all that led to it.
  std::uint64_t work = 0;
};

/// Whether the DNS told of some address whether it passes.
[[nodiscard]] bool decides_about_somebody(const expansion& of);

/// Of each term why it can match nobody, whatever the DNS answers, since others
/// decide before it: "nobody gets here: an all stands before it".  Empty where
/// it may match, or its remarks tell why not.  Static storage; linear.
[[nodiscard]] std::vector<std::string_view>
overruled_terms(const expansion& of);

/// How the term came to be evaluated:
/// "toramaki.net -> include:spf-stx.burn-oxygen.com -> ip4:45.120.196.0/22".
[[nodiscard]] std::string chain(const expansion& of, std::size_t term);

} // namespace spfblock::spf
