// Who offers a mail, as SPF sees it.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"

#include <string>
#include <string_view>

namespace spfblock::spf {

/// What HELO is to SPF: its U-labels as A-labels (RFC 8616 §4); what has no
/// such form stays as it is.
[[nodiscard]] std::string helo_of(std::string_view written);

/// Who offers a mail, as check_host() sees it.  Regular value type.
struct envelope {
  net::ip_address client;
  std::string local_part = "postmaster"; ///< of the sender; as written
  dns::name domain;                      ///< of the sender
  std::string helo = {};                 ///< as helo_of() has it

  /// The sender of MAIL FROM; of an empty one postmaster at HELO (RFC 7208
  /// §2.4).  Without a local part it is postmaster, too (§4.3).  U-labels of
  /// the domain become A-labels (§4.3, RFC 8616 §4).
  /// @return errc::malformed where the domain is no name of two labels or more,
  ///         or has no such form: the result is `none` then (§4.3)
  static result<envelope> of(const net::ip_address& client,
                             std::string_view mail_from, std::string_view helo);

  friend bool operator==(const envelope&, const envelope&) = default;
};

} // namespace spfblock::spf
