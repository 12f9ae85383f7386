// The table that answers: what is listed at one moment, and what is said.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/net/prefix_table.hpp"
#include "core/table/action.hpp"
#include "core/table/blocked_space.hpp"
#include "core/table/recipients.hpp"
#include "core/table/residue.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::table {

/// One domain, or one network by hand, and its networks.
struct listing {
  std::string name;     ///< the domain, or the network as text; safe for logs
  table::action action; ///< bound to `name`
  std::vector<net::ip_prefix> networks;
  /// Under which number its hits are counted, by whoever counts them.
  std::uint32_t counter = 0;
  /// Whom it answers for beside the networks if their mail says so; null:
  /// nobody.
  std::shared_ptr<const residue> waits = nullptr;
};

/// Whether a snapshot is to know where it blocks anybody at all: what the door
/// `dnsbl` needs, and memory.
enum class blocked_ranges : bool { unknown, known };

/// An immutable table, published whole.
///
/// Thread safety: any number of readers.
class snapshot {
public:
  /// What is listed for an address.  Valid as long as the snapshot.
  struct match {
    const listing* by;
    net::ip_prefix network; ///< the most specific one over the address
  };

  /// The empty table.
  snapshot() = default;

  /// @param listings in order of precedence: for equal networks the first
  ///        listing answers
  /// @param exempt recipients whose mail is let through
  /// @param never who is listed by no mail either; null: nobody
  explicit snapshot(std::vector<listing> listings, recipients exempt = {},
                    std::shared_ptr<const net::address_set> never = nullptr,
                    blocked_ranges ranges = blocked_ranges::unknown);

  [[nodiscard]] std::optional<match>
  find(const net::ip_address& address) const noexcept;

  /// Whether what a listing of this snapshot says blocks: action::blocks(),
  /// without a look at it.
  [[nodiscard]] bool blocks(const listing& one) const noexcept {
    return blocks_[static_cast<std::size_t>(&one - listings_.data())];
  }

  /// Whether an address of the network may be listed with an action that
  /// blocks: one is, where blocked_ranges are known.  O(log n).
  [[nodiscard]] bool
  may_block_within(const net::ip_prefix& network) const noexcept {
    return !blocked_ || blocked_->meets(network);
  }

  /// Whether the mail decides about anybody.
  [[nodiscard]] bool has_residues() const noexcept {
    return !residues_.empty();
  }

  /// The listing whose domain is `name`, or is nearest above it, of those for
  /// which the mail decides about the address; null if there is none.  Valid as
  /// long as the snapshot.
  [[nodiscard]] const listing*
  decided_by_mail(const dns::name& name, const net::ip_address& address) const;

  /// What the name of a client decides, which is his whatever his mail: the
  /// listing with the nearest target at or above it, of those for which it
  /// decides about the address (table::named_clients), and the address as a
  /// network.
  /// @param name confirmed by the DNS
  [[nodiscard]] std::optional<match>
  find_by_name(const dns::name& name, const net::ip_address& address) const;

  /// Whether find_by_name() may find anybody, and anybody of that name.
  [[nodiscard]] bool finds_by_name() const noexcept { return !named_.empty(); }
  [[nodiscard]] bool may_find_by_name(const dns::name& name) const;

  /// To whom mail is let through, whoever sends it.
  [[nodiscard]] const recipients& exempt_recipients() const noexcept {
    return exempt_;
  }

  /// Every network that answers, in the order of ip_prefix: a network stands
  /// before the more specific ones within it.  Valid as long as the snapshot.
  [[nodiscard]] std::vector<match> networks() const;

  [[nodiscard]] std::size_t ipv4_networks() const noexcept {
    return table_.ipv4_size();
  }
  [[nodiscard]] std::size_t ipv6_networks() const noexcept {
    return table_.ipv6_size();
  }

private:
  [[nodiscard]] std::vector<blocked_space::area> areas() const;

  std::vector<listing> listings_; ///< networks moved into the table
  std::vector<bool> blocks_;      ///< whether its action does; by index
  net::prefix_table table_;
  recipients exempt_;
  std::shared_ptr<const net::address_set> never_;
  std::optional<blocked_space> blocked_;
  /// Indices in listings_, by the domain in wire format.
  std::map<std::string, std::size_t, std::less<>> residues_;
  struct named {
    std::size_t by; ///< index in listings_
    const net::address_set* addresses;
  };
  /// By the target in wire format; in order of precedence.
  std::map<std::string, std::vector<named>, std::less<>> named_;
};

} // namespace spfblock::table
