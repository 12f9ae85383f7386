// What must never be listed, and who says so.
#pragma once

#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"

#include <string>
#include <vector>

namespace spfblock::domains {

/// The union of what several grounds allow: the settings' networks, the
/// expanded domains, special-purpose space, this machine.  It always has the
/// last word: it is subtracted from every listing.
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
  explicit allowance(std::vector<entry> entries);

  /// Everything that is allowed.
  [[nodiscard]] const net::address_set& all() const noexcept { return all_; }

  /// The grounds that allow some of `addresses`, in order.
  [[nodiscard]] std::vector<std::string>
  grounds_over(const net::address_set& addresses) const;

private:
  std::vector<entry> entries_;
  net::address_set all_;
};

} // namespace spfblock::domains
