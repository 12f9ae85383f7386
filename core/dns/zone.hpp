// Answers from a zone file: the demo, and whoever wants a list without DNS.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"
#include "core/dns/record_set.hpp"
#include "core/support/result.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

struct ldns_struct_rr;

namespace spfblock::dns {

/// The records of a zone file in master format (RFC 1035 §5), read by ldns.
///
/// Records of any number of domains may stand in it; SOA and NS are not
/// needed and mean nothing here, so the TTL of a void answer is 0.  A name that
/// owns no record, and is no ancestor of one that does, is answered by the
/// wildcard of its closest encloser (RFC 4592); without one it is NXDOMAIN.
/// CNAMEs and DNAMEs (RFC 6672) are followed within the file, at most 11.
///
/// $ORIGIN starts as the root and is always absolute.  A record without a TTL
/// has that of $TTL, or 3600; the TTL may stand before or behind the class.  A
/// byte order mark is passed over.  Refused are, besides what ldns refuses,
/// strings over 255 octets among it: $INCLUDE, $GENERATE and other directives,
/// unknown types, classes other than IN, a TTL over 32 bits, names below a
/// DNAME or a wildcard's DNAME, a CNAME beside other records (RFC 2181 §10.1),
/// and a quote that is not closed on its line.
///
/// Thread safety: immutable after parse().
class zone {
public:
  /// @return the zone, or errc::malformed with "line N: ..." as its message
  ///         (`failure::offset` is the line number)
  static result<zone> parse(std::string text);

  /// The answer, as a name server would give it; never `failed` but for a
  /// CNAME loop.
  [[nodiscard]] answer resolve(const question& asked) const;

  /// How many records of the types that can be asked for, and CNAMEs.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  struct renaming {
    name target;
    std::uint32_t ttl;
  };

  std::optional<std::string> add(const name& owner, const ldns_struct_rr& rr);
  [[nodiscard]] bool has_alias(const name& owner) const;
  [[nodiscard]] const name* renamed_above(const name& owner) const;
  [[nodiscard]] node at(const name& owner) const;

  record_set records_;
  tsl::hopscotch_map<name, renaming> renamings_; ///< DNAMEs by owner
  std::size_t size_ = 0;
};

} // namespace spfblock::dns
