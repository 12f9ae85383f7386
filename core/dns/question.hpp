// What is asked of the DNS: a name and a type, class IN.
#pragma once

#include "core/dns/name.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spfblock::dns {

/// The RR types that SPF evaluation asks for (RFC 1035 §3.2.2, RFC 3596); the
/// numbers are those on the wire.
enum class rr_type : std::uint16_t {
  a = 1,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28
};

/// "A", "PTR", "MX", "TXT" or "AAAA".
[[nodiscard]] std::string_view to_string(rr_type type) noexcept;

/// One question.  Regular value type, the key of the answer store.
struct question {
  name owner;
  rr_type type = rr_type::txt;

  /// "example.com TXT"
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const question&, const question&) = default;
  friend auto operator<=>(const question&, const question&) = default;
};

} // namespace spfblock::dns

template <>
struct std::hash<spfblock::dns::question> {
  std::size_t operator()(const spfblock::dns::question& q) const noexcept {
    return std::hash<spfblock::dns::name>{}(q.owner) ^
           (static_cast<std::size_t>(q.type) * 0x9e3779b97f4a7c15U);
  }
};
