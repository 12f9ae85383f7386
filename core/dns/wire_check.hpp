// Bounds on a DNS message before ldns may see it.
//
// ldns allocates RDLENGTH octets for every character-string of a TXT record
// and reallocates its array once a string: a 64 KiB answer of empty strings
// costs it hundreds of megabytes and 20 s (ldns 1.8.3).  And it accepts what a
// stub resolver must refuse.  So every message from the network is walked once
// here; it is refused when it is too long, and nothing else of it is too much:
// whatever a resolver hands to a receiver must be read here, too.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace spfblock::dns {

/// What a message may cost.  Its octets bound all that is in it: a record has
/// 11 at least, so the longest message has less than 6,000 of them.
struct wire_limits {
  std::size_t octets = 65535; ///< of the message
};

/// Where the TYPE stands of records that ldns must not take apart, none of
/// which has an empty RDATA.
struct set_apart {
  /// TXT records: their strings cost ldns too much.
  std::vector<std::size_t> texts;
  /// Records of no type named below, whose RDATA was not walked: ldns goes on
  /// after the fields it knows, not behind RDLENGTH (ldns 1.8.3), and so takes
  /// what is hidden there for records.
  std::vector<std::size_t> unknown;
};

/// Walks a whole message: the header; each name (labels, pointers that lead
/// backwards only and not into the header, 255 octets); each record's RDLENGTH
/// within the message; A of 4, AAAA of 16 octets; MX, CNAME, NS, PTR and SOA
/// with names that fill the RDATA; TXT with strings that fill the RDATA (none
/// at all is let through, against RFC 1035: the owner of a name could otherwise
/// make the DNS "fail" at will); OPT (at most one, additional section, root
/// owner, options that fill it); no octets behind the last record.
///
/// A truncated message (TC) is only walked as far as its question, since the
/// rest will not be used.
///
/// Complexity: linear in the message; a name costs at most 255 octets and 128
/// pointers.  Allocates for what it returns only.
/// @return errc::malformed, or errc::limit_exceeded if the message is over a
///         limit; the offset is that of the fault in the message
result<set_apart> wire_check(std::string_view message,
                             const wire_limits& limits);

} // namespace spfblock::dns
