// How a question ended, for those who count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spfblock::dns {

/// The first three are the answers; the others say why there was none, by what
/// befell the last query.
enum class outcome : std::uint8_t {
  records,
  no_data,
  nxdomain,
  timeout,     ///< no server answered in time
  unreachable, ///< the system could not send or connect, or the server closed
  refused,     ///< SERVFAIL, REFUSED or another RCODE that is no answer
  unusable,    ///< malformed, over a limit, truncated over TCP, a referral ...
};

/// All outcomes with their words, in order.
inline constexpr std::array<std::string_view, 7> outcome_words{
    "records",     "no_data", "nxdomain", "timeout",
    "unreachable", "refused", "unusable"};

[[nodiscard]] constexpr std::size_t index_of(outcome of) noexcept {
  return static_cast<std::size_t>(of);
}

static_assert(outcome_words[index_of(outcome::unusable)] == "unusable");

} // namespace spfblock::dns
