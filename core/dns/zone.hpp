// Answers from a zone file: the demo, and whoever wants a list without DNS.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"
#include "core/dns/record_set.hpp"
#include "core/support/result.hpp"

#include <cstddef>
#include <string>

namespace spfblock::dns {

/// The records of a zone file in master format (RFC 1035 §5), read by ldns.
///
/// Records of any number of domains may stand in it; SOA and NS are not
/// needed and mean nothing here, so the TTL of a void answer is 0.  A name that
/// owns no record, and is no ancestor of one that does, is NXDOMAIN.  CNAMEs
/// are followed within the file, at most 11 of them; there are no wildcards.
///
/// $ORIGIN starts as the root and is always absolute.  A record without a TTL
/// has that of $TTL, or 3600.  Refused are, besides what ldns refuses: $INCLUDE
/// and other directives, unknown types, classes other than IN, and a quote that
/// is not closed on its line.
///
/// Thread safety: immutable after parse().
class zone {
public:
  /// @return the zone, or errc::malformed with "line N: ..." as its message
  ///         (`failure::offset` is the line number)
  static result<zone> parse(const std::string& text);

  /// The answer, as a name server would give it; never `failed` but for a
  /// CNAME loop.
  [[nodiscard]] answer resolve(const question& asked) const;

  /// How many records of the types that can be asked for, and CNAMEs.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  record_set records_;
  std::size_t size_ = 0;
};

} // namespace spfblock::dns
