// Who offers a mail, as SPF sees it.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"

#include <string>
#include <string_view>

namespace spfblock::spf {

/// Who offers a mail, as check_host() sees it.  Regular value type.
struct envelope {
  net::ip_address client;
  std::string local_part = "postmaster"; ///< of the sender; as written
  dns::name domain;                      ///< of the sender
  std::string helo = {};                 ///< as written

  /// The sender of MAIL FROM; of an empty one postmaster at HELO (RFC 7208
  /// §2.4).  Without a local part it is postmaster, too (§4.3).
  /// @return errc::malformed where the domain is no name of two labels or more:
  ///         the result is `none` then (§4.3)
  static result<envelope> of(const net::ip_address& client,
                             std::string_view mail_from, std::string_view helo);

  friend bool operator==(const envelope&, const envelope&) = default;
};

} // namespace spfblock::spf
