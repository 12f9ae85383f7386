// A mail that claims a listed domain, where only the mail decides.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"
#include "core/table/snapshot.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::query_time {

/// What a door is told of a mail, as it is told: any text.
struct mail_facts {
  std::string_view sender;      ///< of MAIL FROM; may be empty
  std::string_view helo;        ///< of HELO or EHLO
  std::string_view client_name; ///< confirmed by the DNS, or "unknown"
};

/// What check_host() is asked: whether the listed domain authorises the client
/// for such a mail.  What the domain's record does not depend on is left out,
/// so that mails which differ in that only are one claim.
struct claim {
  dns::name domain; ///< the listed one
  net::ip_address client;
  std::string local_part; ///< of the sender; empty where nothing depends on it
  std::string helo;       ///< the same; as spf::helo_of() has it

  /// What it takes to keep it, roughly.
  [[nodiscard]] std::size_t octets() const noexcept {
    return sizeof(claim) + domain.wire().size() + local_part.size() +
           helo.size();
  }

  friend bool operator==(const claim&, const claim&) = default;
};

/// A claim and the listing whose domain is claimed.
struct claimed {
  claim what;
  const table::listing* by = nullptr;
};

/// Local part and HELO of a claim are no longer together: RFC 5321 §4.5.3.1
/// gives them 64 and 255 octets.
inline constexpr std::size_t longest_texts = 512;

/// The claim of a mail: its sender's domain, HELO or the client's name is a
/// listed domain or below it, in this order, and the mail decides about its
/// client there (table::residue).  The local part counts where the sender's
/// domain does; otherwise it is that of postmaster.  U-labels are A-labels
/// there (dns::ascii_form()); what has no such form is no listed domain.
/// Nothing where no listed domain is claimed, and where the texts that count
/// are too long.
[[nodiscard]] std::optional<claimed> claim_of(const table::snapshot& table,
                                              const net::ip_address& client,
                                              const mail_facts& mail);

} // namespace spfblock::query_time

template <>
struct std::hash<spfblock::query_time::claim> {
  std::size_t operator()(const spfblock::query_time::claim& of) const noexcept {
    const std::hash<std::string_view> of_text;
    const auto number = of.client.number();
    std::size_t made = of_text(of.domain.wire());
    for (const std::size_t more : {static_cast<std::size_t>(number),
                                   static_cast<std::size_t>(number >> 64U),
                                   of_text(of.local_part), of_text(of.helo)})
      made = (made ^ more) * 0x9e3779b97f4a7c15U + (made >> 29U);
    return made;
  }
};
