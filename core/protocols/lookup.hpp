// What is listed for the key of a request, whatever the door it came through.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/protocols/client_names.hpp"
#include "core/protocols/counts.hpp"
#include "core/query_time/judge.hpp"
#include "core/table/snapshot.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace spfblock::protocols {

/// An address that was asked for and is listed.
struct hit {
  net::ip_address address;
  table::snapshot::match found;
  /// Of the mail, as the client gave it, where the door knows it; valid while
  /// the hit is told of.
  std::string_view sender{};
};

/// Finds keys in a table, counts how each request ends and tells of each hit.
///
/// Made for a batch of requests: the table and the counts outlive it.  Thread
/// safety: that of the counts.
class lookup {
public:
  /// Whether a request may wait for what is sought of its claim, where the
  /// judge lets it.
  enum class patience : bool { none, some };

  /// @param on_hit told of each hit, if set
  /// @param mail who knows of claims; null: nobody
  lookup(const table::snapshot& table, counts& counted,
         std::function<void(const hit&)> on_hit = nullptr,
         query_time::judge* mail = nullptr, patience with = patience::none)
      : table_{table},
        counted_{counted},
        on_hit_{std::move(on_hit)},
        mail_{mail},
        has_patience_{with == patience::some} {}

  /// Takes `key` as inet_pton(3) does; an IPv4-mapped address is the IPv4 one.
  /// What is no address, be it a host name, "unknown" or garbage, is not found.
  /// @return what is listed for it, valid as long as the table
  [[nodiscard]] std::optional<hit> find(std::string_view key) const;

  /// As find(), where the keys of a connection are told of in order: where
  /// nothing is listed for an address, what the name before it decides.
  [[nodiscard]] std::optional<hit> find(std::string_view key,
                                        client_names& names) const;

  /// What is listed for an address with an action that blocks, as far as a
  /// DNSBL can say it.
  [[nodiscard]] std::optional<hit>
  find_blocked(const net::ip_address& address) const;

  /// The same, asked again by who wants to know why: that is no other hit.
  [[nodiscard]] std::optional<hit>
  why_blocked(const net::ip_address& address) const;

  /// snapshot::may_block_within().  Counts nothing.
  [[nodiscard]] bool
  may_block_within(const net::ip_prefix& network) const noexcept {
    return table_.may_block_within(network);
  }

  /// What is found for a mail.
  struct mail_outcome {
    std::optional<hit> found;
    bool deferred = false; ///< not known yet, and it is to come again
    /// What the request is to wait for; it is not counted yet then, and nothing
    /// else is set.
    std::optional<query_time::claim> awaited = std::nullopt;
  };

  /// As find(); where nothing is listed for the address, what the client's name
  /// decides, and else what is known of the claim of the mail, if it makes one:
  /// that it passes is found, as a network of that one address.
  [[nodiscard]] mail_outcome
  find_for_mail(std::string_view key, const query_time::mail_facts& mail) const;

  /// Whether mail to `recipient` is never looked up.
  [[nodiscard]] bool is_exempt(std::string_view recipient) const {
    return table_.exempt_recipients().contains(recipient);
  }

  /// Counts a request whose key is not looked for.
  void pass_over() const noexcept { ++counted_[count::passed_over]; }

  /// Counts a request that has no key to be found.
  void refuse() const noexcept { ++counted_[count::refused]; }

private:
  [[nodiscard]] std::optional<hit>
  found_by_name(const net::ip_address& address, const dns::name& name,
                std::string_view sender = {}) const;

  [[nodiscard]] std::optional<hit>
  found_hit(const net::ip_address& address, const table::snapshot::match& at,
            std::string_view sender = {}) const {
    ++counted_[count::found];
    const hit made{address, at, sender};
    if (on_hit_)
      on_hit_(made);
    return made;
  }

  const table::snapshot& table_;
  counts& counted_;
  std::function<void(const hit&)> on_hit_;
  query_time::judge* mail_;
  bool has_patience_;
};

// Here, for it is on the way of every request.
inline std::optional<hit> lookup::find(std::string_view key) const {
  const auto address = net::ip_address::try_parse(key);
  const auto found = address ? table_.find(*address) : std::nullopt;
  if (!found) {
    ++counted_[count::not_found];
    return std::nullopt;
  }
  return found_hit(*address, *found);
}

inline std::optional<hit> lookup::find(std::string_view key,
                                       client_names& names) const {
  const auto address = net::ip_address::try_parse(key);
  if (!address) {
    names.name_came(key, table_);
    ++counted_[count::not_found];
    return std::nullopt;
  }
  const auto name = names.address_came();
  if (const auto found = table_.find(*address))
    return found_hit(*address, *found);
  if (name)
    return found_by_name(*address, *name);
  ++counted_[count::not_found];
  return std::nullopt;
}

} // namespace spfblock::protocols
