// Slow, obviously right models of what reads an exported table.
#pragma once

#include "core/net/ip_address.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// Lines without those that start with `comment`.
[[nodiscard]] std::vector<std::string> lines_without(const std::string& text,
                                                     char comment);

/// cidr_table(5): the first pattern that matches answers.
[[nodiscard]] std::optional<std::string>
ask_cidr(const std::string& table, const net::ip_address& address);

/// The keys that smtpd(8) looks up for a client, in this order
/// (check_addr_access() in smtpd_check.c).
[[nodiscard]] std::vector<std::string>
access_lookups(const net::ip_address& address);

/// An indexed access(5) table.
class access_model {
public:
  /// Fails the test if a key is there twice.
  explicit access_model(const std::string& table);

  [[nodiscard]] std::optional<std::string>
  ask(const net::ip_address& address) const;

private:
  std::map<std::string, std::string> actions_;
};

/// Whether one of the networks that stand alone in a line, perhaps with blanks
/// and a comma, contains the address.
[[nodiscard]] bool set_contains(const std::string& text,
                                const net::ip_address& address);

/// rbldnsd's tries: the TXT of the most specific entry; nothing if there is
/// none or it is an exclusion.
[[nodiscard]] std::optional<std::string>
ask_rbldnsd(const std::string& data, const net::ip_address& address);

/// A DNS zone with relative names, answering by RFC 1034 §4.3.2 and RFC 4592.
class zone_model {
public:
  explicit zone_model(const std::string& zone);

  /// The TXT of the name in the zone that RFC 5782 §2 gives an address; nothing
  /// if there is no address record.
  [[nodiscard]] std::optional<std::string>
  ask(const net::ip_address& address) const;

private:
  struct records {
    bool listed = false;
    std::string text;
  };

  std::map<std::string, records> names_; ///< also those without records
};

/// "1.2.0.192", or 32 digits.
[[nodiscard]] std::string reversed_name(const net::ip_address& address);

} // namespace spfblock::testing
