// What the DNS said to one question, in the only terms SPF needs.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::dns {

/// How a question ended.
enum class answer_status : std::uint8_t {
  records,  ///< at least one record of the asked type
  no_data,  ///< RCODE 0 and no such record (RFC 2308 §2.2)
  nxdomain, ///< RCODE 3
  failed,   ///< no usable answer: RFC 7208 calls it temperror
};

/// A mail exchange (RFC 1035 §3.3.9).
struct mail_exchange {
  std::uint16_t preference = 0;
  name host;

  friend auto operator<=>(const mail_exchange&, const mail_exchange&) = default;
};

/// The answer to one question.  Regular value type.
///
/// Which of the lists is filled follows from the type asked; all are empty
/// unless the status is `records`.  CNAMEs were followed already.
struct answer {
  answer_status status = answer_status::failed;
  /// TXT: one text a record, its character-strings joined without a space
  /// (RFC 7208 §3.3).  Any octets.
  std::vector<std::string> texts;
  /// A or AAAA.  An AAAA record in ::ffff:0:0/96 is left out: no IPv6 client
  /// has such an address.  So this may be empty though the status is `records`.
  std::vector<net::ip_address> addresses;
  /// Whether an AAAA record was left out: its wider networks do have clients.
  bool has_mapped_address = false;
  /// MX, in the order of the message.
  std::vector<mail_exchange> exchanges;
  /// PTR, in the order of the message.
  std::vector<name> hosts{};
  /// Seconds the answer may be kept: the smallest TTL of the records used,
  /// CNAMEs included; for no_data and nxdomain as RFC 2308 §5 says, 0 if the
  /// message does not tell.  At most 604800 (RFC 8767 §4).
  std::uint32_t ttl = 0;
  /// For `failed`: what happened, for a log line, as in "SERVFAIL from
  /// 192.0.2.53:53" or "timeout".
  std::string reason;
  /// For `records`: the names that CNAMEs led to, from the first on; the last
  /// one has the records.
  std::vector<name> aliases;

  /// Whether this is a void lookup (RFC 7208 §4.6.4).
  [[nodiscard]] bool is_void() const noexcept {
    return status == answer_status::no_data ||
           status == answer_status::nxdomain;
  }

  /// What its lists take of memory, about.
  [[nodiscard]] std::size_t bytes() const noexcept;

  friend bool operator==(const answer&, const answer&) = default;
};

/// An answer of status `failed`.
[[nodiscard]] answer failed_answer(std::string reason);

} // namespace spfblock::dns
