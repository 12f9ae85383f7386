// A DNSBL as DNS names: which records make every address of a table answered as
// the table says (RFC 5782 §2, wildcards by RFC 4592).
#pragma once

#include "core/net/ip_address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spfblock::exports {

/// A network of whole labels: 8, 16, 24 or 32 bits for IPv4, a multiple of 4
/// for IPv6.
struct dnsbl_entry {
  net::uint128 first = 0; ///< lowest address; host bits zero
  unsigned length = 0;    ///< over 0
  /// What is listed there; null: not listed, though it may lie in a network
  /// that is.
  const std::string* listing = nullptr;
};

/// Writes the records of a DNSBL.
///
/// A network is the wildcard below its labels, a host a name.  A wildcard
/// answers only for what has no name between: with 192.0.0.0/16 and 192.0.2.1
/// listed, `2.0.192` exists, so `*.0.192` does not answer for 2.2.0.192, and
/// `*.2.0.192` must be there too.  By the same rule a name without an address,
/// here one with a name below it, cuts a hole.
///
/// Both families share a zone, and labels of one digit: `*.2` for 2.0.0.0/8
/// would answer for all of 2000::/4.  Where the families differ below such a
/// label, the digits are named one by one.
class dnsbl_tree {
public:
  /// @param ipv4, ipv6 distinct, by `first`, then by `length`
  dnsbl_tree(const std::vector<dnsbl_entry>& ipv4,
             const std::vector<dnsbl_entry>& ipv6);

  /// The records as lines of a zone file; names are relative to the zone.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  struct branch;

  bool write(branch at, const std::string& name, unsigned depth, unsigned bits);
  bool write_both(branch ipv4, branch ipv6, const std::string& name,
                  unsigned labels);
  bool write_children(const branch& ipv4, const branch& ipv6,
                      const std::string& name, unsigned labels);
  void write_hole_unless(bool exists, const branch& around,
                         const std::string& name);
  void write_record(std::string_view name, const std::string& listing);

  std::string text_;
};

} // namespace spfblock::exports
