// Bounds on a DNS message before ldns may see it.
//
// ldns allocates RDLENGTH octets for every character-string of a TXT record
// and reallocates its array once a string: a 64 KiB answer of empty strings
// costs it hundreds of megabytes and 20 s (ldns 1.8.3).  And it accepts what a
// stub resolver must refuse.  So every message from the network is walked once
// here and refused when it is over a budget.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace spfblock::dns {

/// What a message may cost.
struct wire_limits {
  std::size_t octets = 16384; ///< of the message
  std::size_t records = 1024; ///< in answer, authority and additional section
  std::size_t strings = 1024; ///< character-strings in all TXT records
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
/// @return where the TYPE of each record stands whose RDATA was not walked,
///         because it is of no type named here.  ldns must not read that RDATA:
///         it goes on after the fields it knows, not behind RDLENGTH (ldns
///         1.8.3), and so takes what is hidden there for records.
///         Otherwise errc::malformed, or errc::limit_exceeded if the message is
///         over a limit; the offset is that of the fault in the message
result<std::vector<std::size_t>> wire_check(std::string_view message,
                                            const wire_limits& limits);

} // namespace spfblock::dns
