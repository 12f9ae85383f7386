// The server's side of a DNS message: what a stranger asks.
#pragma once

#include "core/dns/header.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::dns {

/// How a question was answered (RFC 1035 §4.1.1, RFC 6891 §9).
enum class rcode : std::uint8_t {
  no_error = 0,
  format_error = 1,
  name_error = 3,
  not_implemented = 4,
  refused = 5,
  bad_version = 16, ///< takes EDNS
};

/// Types that a server is asked for; the numbers are those on the wire.
enum class query_type : std::uint16_t {
  a = 1,
  ns = 2,
  soa = 6,
  txt = 16,
  opt = 41,
  ixfr = 251,
  axfr = 252,
  any = 255,
};

inline constexpr std::uint16_t class_in = 1;

/// What is asked.
struct query {
  std::uint16_t id = 0;
  unsigned opcode = 0;
  bool recursion_desired = false;
  /// Why it can only be answered with an error; no_error: it can be answered.
  rcode fault = rcode::no_error;
  bool has_edns = false;
  bool dnssec_ok = false; ///< DO
  /// Name, type and class as they came; empty where the fault is no
  /// bad_version.  Valid as long as the message.
  std::string_view question{};
  /// The name of the question in wire format, uncompressed, its letters as they
  /// came.  Valid as long as the message.
  std::string_view owner{};
  std::uint16_t type = 0;
  std::uint16_t klass = 0;
};

/// Reads a message from anybody.  Any octets may be given.
///
/// What is no opcode QUERY is not_implemented.  format_error is what
/// wire_check() refuses or is truncated, has another number of questions than
/// one, or answers.  bad_version is EDNS of a version above 0.  All else about
/// it does not matter: EDNS options, records in the authority section (that of
/// IXFR has one), TSIG.
///
/// Complexity: linear in the message.
/// @return nothing for what is not to be answered: shorter than a header, or a
///         response, which would be answered in turn
[[nodiscard]] std::optional<query> read_query(std::string_view message);

} // namespace spfblock::dns
