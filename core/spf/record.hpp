// An SPF record as values (RFC 7208 §4.6, §12).
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/spf/domain_spec.hpp"
#include "core/support/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::spf {

/// What a directive that matches results in (RFC 7208 §4.6.2).
enum class qualifier : std::uint8_t { pass, fail, softfail, neutral };

/// The signs of the qualifiers, in their order.
inline constexpr std::string_view qualifier_signs = "+-~?";

/// RFC 7208 §5.
enum class mechanism : std::uint8_t {
  all,
  include,
  a,
  mx,
  ptr,
  ip4,
  ip6,
  exists
};

/// "include", "ip4", ...
[[nodiscard]] std::string_view to_string(mechanism kind) noexcept;

/// A qualifier and a mechanism with its arguments.
struct directive {
  spf::qualifier qualifier = qualifier::pass;
  spf::mechanism mechanism = mechanism::all;
  /// The target-name of include, a, mx, ptr and exists; nothing means the
  /// current domain (RFC 7208 §4.8).
  std::optional<domain_spec> target;
  /// The network of ip4 and ip6, host bits cleared.  That of an ip6 mechanism
  /// never is an IPv4 one: see `matches_nothing`.
  net::ip_prefix network;
  /// The dual-cidr-length of a and mx (RFC 7208 §5.3).
  unsigned ip4_cidr_length = 32;
  unsigned ip6_cidr_length = 128;
  /// An ip6 network whose addresses all are IPv4-mapped: such a client is an
  /// IPv4 client, so it matches none (RFC 7208 §5).  `network` then is ::/128
  /// and says nothing.
  bool matches_nothing = false;
};

/// The directive in a canonical spelling: printable ASCII, lower-case keywords,
/// defaults and host bits left out, an IPv4-mapped network as
/// "ip6:::ffff:0:0/96".
[[nodiscard]] std::string to_string(const directive& parsed);

/// redirect= (RFC 7208 §6.1).
struct redirect_modifier {
  domain_spec target;
};

/// exp= or an unknown modifier: well formed and without a meaning for a list.
struct ignored_modifier {
  /// The mechanism that was meant, as in "ip4=192.0.2.1" or "ipv4=192.0.2.1",
  /// with ":".
  std::optional<mechanism> resembles;
};

/// One term of a record, as it was written.
struct term {
  /// So much of a term is told: of one that names a domain, all.  Only macros
  /// and what means nothing can be longer.
  static constexpr std::size_t most_text = 512;

  /// As written, any case, made safe by printable(): a backslash too is
  /// escaped.  A longer one is cut, and says so.
  std::string text;
  std::size_t offset = 0; ///< of the text in the record, in octets
  /// A failure is a syntax error, errc::malformed; its offset is that of the
  /// fault in the record, its message names the term.
  std::variant<directive, redirect_modifier, ignored_modifier, failure> value;
};

/// Whether the evaluation of the term may ask the DNS for a name: include, a,
/// mx, redirect.
[[nodiscard]] bool names_a_domain(const term& of) noexcept;

/// A whole record.  A term in error does not end the parsing: which terms are
/// in error is up to the evaluation (docs/spf-semantics.md).
struct record {
  /// So many modifiers that are ignored, and so many terms in error, are kept:
  /// more of them mean no more.
  static constexpr std::size_t most_idle = 100;
  /// So much of it is told where there may be many.
  static constexpr std::size_t most_text = 4096;

  std::string text; ///< as found in the DNS, any octets
  std::vector<term> terms;

  /// What it takes of memory, about.
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// The first syntax error, or null: with one, check_host() is permerror for
  /// everybody (RFC 7208 §4.6).
  [[nodiscard]] const failure* first_error() const noexcept;
};

} // namespace spfblock::spf
