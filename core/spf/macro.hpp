// The macros of a macro-string: what they are and what they stand for
// (RFC 7208 §7).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"

#include <string>
#include <string_view>

namespace spfblock::spf {

/// What macros stand for that depend on the mail.
struct mail_values {
  net::ip_address client; ///< %{i}
  std::string local_part; ///< %{l}, and with the sender's domain %{s}
  std::string helo;       ///< %{h}
  /// %{p}: the client's validated name (client_name.hpp)
  std::string client_name = "unknown";
};

/// What macros stand for while a record is evaluated.
struct macro_values {
  dns::name domain;   ///< %{d}: the domain whose record is evaluated
  dns::name listed;   ///< %{o}: the sender's domain, which is the listed one
  net::family family; ///< %{v}: "in-addr" or "ip6"
  /// Of the one mail that it is about; null where it is about everybody.
  const mail_values* mail = nullptr;
};

/// The labels of a name as they are, with dots between: no escapes, no final
/// dot.
[[nodiscard]] std::string literal_text(const dns::name& of);

/// `%{...}` (RFC 7208 §7.1).  Not c, r and t: these are legal only in the text
/// that exp= points to, which a list has no use for (§7.2).
struct macro {
  char letter = 'd';       ///< lower case: one of s l o d i p h v
  bool url_escape = false; ///< the letter was written in upper case
  unsigned keep = 0;       ///< how many right-hand parts; 0: all; saturates
  bool reverse = false;    ///< the transformer `r`
  std::string delimiters;  ///< as written, of . - + , / _ =; empty: a dot

  /// Parses the whole of "%{...}", braces included.
  /// @return errc::malformed, offset 0
  /// @pre `spelled` begins with "%{" and ends in "}"
  static result<macro> parse(std::string_view spelled);

  /// Whether a list can hold what depends on it: only d, o and v stand for the
  /// same whoever sends.
  [[nodiscard]] bool listable() const noexcept {
    return letter == 'd' || letter == 'o' || letter == 'v';
  }

  /// What the macro stands for: the value in lower case without a final dot,
  /// split, reversed, cut and joined by dots, then escaped (RFC 7208 §7.3).
  /// @pre listable(), or the values are those of a mail
  [[nodiscard]] std::string expand(const macro_values& values) const;

  /// "%{d2r-}": printable ASCII that parses to an equal value.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const macro&, const macro&) = default;
};

} // namespace spfblock::spf
