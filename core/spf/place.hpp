// Where an evaluation is: at a term of a record, and how it came there.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/spf/account.hpp"

#include <algorithm>
#include <vector>

namespace spfblock::spf {

/// Some of the families.
struct families {
  bool ipv4 = false;
  bool ipv6 = false;

  [[nodiscard]] bool covers(families other) const noexcept {
    return (ipv4 || !other.ipv4) && (ipv6 || !other.ipv6);
  }
  void add(families other) noexcept {
    ipv4 = ipv4 || other.ipv4;
    ipv6 = ipv6 || other.ipv6;
  }
};

[[nodiscard]] constexpr families just(net::family one) noexcept {
  return {one == net::family::ipv4, one == net::family::ipv6};
}

/// A record that is being walked through.
struct frame {
  const dns::name& domain;
  unsigned depth = 1; ///< 1: the listed domain's own record
  /// Whether a pass of this record is a pass of the listed domain: every
  /// include on the way is qualified by `+`.  Otherwise it lists nothing.
  bool granting = true;
  const frame* from = nullptr; ///< the record that led here
  /// The networks that terms of it named which are too wide.
  std::vector<net::ip_prefix>* too_wide = nullptr;
  /// Of which families all undecided were told to wait for the mail.
  families* waiting = nullptr;

  /// Whether the record of `target` is being walked through, too.
  [[nodiscard]] bool is_inside(const dns::name& target) const {
    for (const frame* at = this; at != nullptr; at = at->from) {
      if (at->domain == target)
        return true;
    }
    return false;
  }

  /// Whether everybody of these families who is still undecided was told to
  /// wait for the mail, in this record or before it on the way.
  [[nodiscard]] bool has_told_to_wait(families whom) const {
    for (const frame* at = this; at != nullptr; at = at->from) {
      if (at->waiting != nullptr && at->waiting->covers(whom))
        return true;
    }
    return false;
  }

  /// Whether everybody still undecided in `network` has met a term that was too
  /// wide for him, in this record or before it on the way.
  [[nodiscard]] bool has_told_too_wide(const net::ip_prefix& network) const {
    for (const frame* at = this; at != nullptr; at = at->from) {
      if (at->too_wide != nullptr &&
          std::any_of(at->too_wide->begin(), at->too_wide->end(),
                      [&](const net::ip_prefix& each) {
                        return each.length() <= network.length() &&
                               each.contains(network.first());
                      }))
        return true;
    }
    return false;
  }
};

/// A term of it.
struct place {
  const frame& record;
  account::entry term;
  bool is_redirect = false; ///< it is redirect=
};

} // namespace spfblock::spf
