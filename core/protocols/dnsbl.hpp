// A DNSBL: a question of DNS in, its answer out (RFC 5782).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"
#include "core/protocols/framing.hpp"
#include "core/protocols/lookup.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Answers for one zone, with authority, straight from the table.
///
///     listed, with an action that blocks    A 127.0.0.2, TXT the listing
///     part of the name of a listed address  no data, SOA
///     any other name in the zone            NXDOMAIN, SOA
///     the zone itself                       SOA, NS
///     outside, AXFR, IXFR, another class    REFUSED
///
/// ANY is answered with all there is, which is little (RFC 8482).  No name
/// below that of an address exists, and none above one is denied (RFC 8020).
/// 127.0.0.2 is always listed, 127.0.0.1 never (RFC 5782 §5).  IPv4-mapped
/// addresses are those of IPv4, as everywhere here.
///
/// An answer holds the question, its letters as they came, and 252 octets more
/// at most.
///
/// Regular value type.  Thread safety: immutable.
class dnsbl {
public:
  /// Octets of an answer at most: it goes into any datagram, even without EDNS.
  static constexpr std::size_t longest_answer = 512;

  /// Octets of a zone's name in wire format at most: the names of IPv6
  /// addresses have 64 before it.
  static constexpr std::size_t longest_zone = 191;

  /// How long what is listed may be remembered, and what is not.
  static constexpr std::uint32_t listed_ttl_s = 300;
  static constexpr std::uint32_t unlisted_ttl_s = 60;

  /// @param clients who is answered: nobody else is to be
  /// @pre zone is not the root and at most longest_zone long
  dnsbl(dns::name zone, net::address_set clients);

  [[nodiscard]] const dns::name& zone() const noexcept { return zone_; }

  [[nodiscard]] bool serves(const net::ip_address& client) const noexcept {
    return clients_.contains(client);
  }

  /// Appends the answer to a message, of whatever octets; nothing where none is
  /// due.
  void answer(std::string_view message, const lookup& in,
              std::string& reply) const;

  friend bool operator==(const dnsbl&, const dnsbl&) = default;

private:
  dns::name zone_;
  net::address_set clients_;
};

/// Appends what has a client come again by TCP (TC): an answer that is no
/// longer than its question, whatever that asks.  Nothing where none is due.
void answer_by_tcp_only(std::string_view message, std::string& reply);

/// The server's side of a TCP connection to a DNSBL: messages, each with its
/// length before it (RFC 1035 §4.2.2), answered in their order.
///
/// What no answer is due to ends the conversation, as does a message of over
/// `longest_request` octets.
class dnsbl_stream {
public:
  /// Octets of a message.  A question with EDNS and padding has some hundred
  /// (RFC 8467).
  static constexpr std::size_t longest_request = 4096;

  /// @param of not null
  explicit dnsbl_stream(std::shared_ptr<const dnsbl> of);

  /// Appends the answers to the messages that `bytes` completes to `replies`.
  /// @return how many of the octets were taken: all, unless `replies` holds
  ///         enough; the others are to be fed once those are sent
  /// @pre not finished()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies);

  /// Whether the connection is to be closed once the replies are sent.
  [[nodiscard]] bool finished() const noexcept { return finished_; }

private:
  void take(std::string_view message, const lookup& in, std::string& replies);

  std::shared_ptr<const dnsbl> of_;
  [[no_unique_address]] pieces message_;
  std::optional<std::uint16_t> size_; ///< of the message to come
  bool finished_ = false;
};

} // namespace spfblock::protocols
