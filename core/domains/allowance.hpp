// What must never be listed, and who says so.
#pragma once

#include "core/domains/seen_guard.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spfblock::domains {

/// The union of what several grounds allow: the settings' networks, the
/// expanded domains, special-purpose space, this machine.  It always has the
/// last word: it is subtracted from every listing.  What the guard holds off is
/// no ground of it, since that depends on the listing.
class allowance {
public:
  /// One ground.
  struct entry {
    std::string by; ///< "network 203.0.113.0/24", "domain example.org"; safe
                    ///< for logs
    net::address_set addresses;

    friend bool operator==(const entry&, const entry&) = default;
  };

  allowance() = default;
  explicit allowance(std::vector<entry> entries,
                     std::shared_ptr<const seen_guard> guard = nobody_seen());

  /// Everything that is allowed.
  [[nodiscard]] const net::address_set& all() const noexcept { return all_; }

  /// Who delivered wanted mail.
  [[nodiscard]] const seen_guard& guard() const noexcept { return *guard_; }

  /// The grounds that allow some of `addresses`, in order.
  [[nodiscard]] std::vector<std::string>
  grounds_over(const net::address_set& addresses) const;

private:
  [[nodiscard]] static std::shared_ptr<const seen_guard> nobody_seen();

  std::vector<entry> entries_;
  net::address_set all_;
  std::shared_ptr<const seen_guard> guard_ = nobody_seen();
};

} // namespace spfblock::domains
