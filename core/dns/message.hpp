// DNS messages: encodes questions; decodes answers, with ldns.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"
#include "core/dns/wire_check.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spfblock::dns {

/// UDP payload size offered by EDNS: fits an unfragmented packet everywhere
/// (DNS Flag Day 2020).
inline constexpr std::uint16_t edns_udp_size = 1232;

/// Whether a query carries an EDNS OPT record (RFC 6891).
enum class edns : bool { off, on };

/// A query for one question in wire format, RD set.  The name is sent in lower
/// case.
[[nodiscard]] std::string encode_query(const question& asked, std::uint16_t id,
                                       edns with_edns);

/// What a received message is to the one who sent `asked` with `id`.
struct reply {
  enum class kind : std::uint8_t {
    answer,    ///< the answer; see `content`
    not_ours,  ///< another id, opcode or question, or no response: ignore it
               ///< and go on waiting (one forgery must not end the wait)
    truncated, ///< ours, with TC: ask again over TCP
    no_edns,   ///< ours, FORMERR, NOTIMP or BADVERS: ask again without EDNS
    unusable,  ///< ours, but SERVFAIL, REFUSED, malformed, over a limit, a
               ///< CNAME loop ...: another server may do better
  };
  kind what = kind::not_ours;
  answer content;     ///< for kind::answer
  std::string reason; ///< for kind::unusable and kind::no_edns: "SERVFAIL", ...
  /// For these two: whether the RCODE is the reason.
  bool by_rcode = false;
};

/// Decodes a message from the network.
///
/// It is `answer` only for RCODE 0 or 3, QR set, opcode QUERY and a question
/// section that repeats `asked` exactly once, class IN.  Records count only if
/// their owner is the name asked or the end of the CNAME chain from it within
/// the answer section (at most 11 CNAMEs, in any order of records); all others
/// are ignored (cache poisoning).  RCODE 3 with a CNAME is about the end of
/// the chain (RFC 6604 §3).
///
/// RCODE 0 without a record, without an SOA and with an NS in the authority
/// section is a referral (RFC 2308 §2.2), hence `unusable`.
///
/// A malformed message whose first twelve octets and question are ours is
/// `unusable`; one whose are not is `not_ours`.  FORMERR and NOTIMP need no
/// question: who cannot read a query cannot repeat it.
[[nodiscard]] reply decode_reply(std::string_view message,
                                 const question& asked, std::uint16_t id,
                                 const wire_limits& limits);

} // namespace spfblock::dns
