// The listings with most hits, for `spfblock top` and the admin port.
#pragma once

#include "core/hits/hit_ledger.hpp"
#include "core/support/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::hits {

/// By which hits listings are ordered.
enum class order : std::uint8_t {
  hour, ///< the last 60 minutes
  day,  ///< the last 48 half hours
};

inline constexpr std::array<order, 2> orders{order::hour, order::day};

/// The word for it: "hour".
[[nodiscard]] std::string_view text_of(order by) noexcept;

/// How often something answered.
struct hit_figures {
  std::uint64_t since_start = 0; ///< of the server
  std::uint64_t hour = 0;        ///< as hit_series::in_hour()
  std::uint64_t day = 0;         ///< as hit_series::in_day()
  std::optional<std::chrono::sys_seconds> last;

  friend bool operator==(const hit_figures&, const hit_figures&) = default;
};

/// @param of null: no hits are kept
[[nodiscard]] hit_figures figures_of(const hit_series* of,
                                     std::uint64_t since_start,
                                     std::chrono::sys_seconds now);

struct busy_listing {
  std::string listing;
  hit_figures hits;

  friend bool operator==(const busy_listing&, const busy_listing&) = default;
};

struct busiest {
  std::chrono::sys_seconds at{};
  std::chrono::sys_seconds started{}; ///< the server
  order by = order::hour;
  hit_figures in_all;
  std::vector<busy_listing> listings; ///< the one with most hits first
  std::uint64_t others = 0;           ///< with hits by `by`, beside these

  friend bool operator==(const busiest&, const busiest&) = default;
};

/// Those with any hits by `by`; of two with as many the one that stands first
/// in the alphabet is first.
/// @param since_start the hits of a listing since the server started
[[nodiscard]] std::vector<busy_listing>
busiest_of(const hit_ledger& ledger, order by, std::chrono::sys_seconds now,
           const std::function<std::uint64_t(const std::string&)>& since_start);

/// Leaves the first `most`.
void keep_first(std::size_t most, busiest& of);

/// The document of `/top`; ends with LF.  docs/status-json.md
[[nodiscard]] std::string to_json(const busiest& of);

/// Reads what to_json() wrote; members that it does not know are passed over.
/// @return errc::malformed for anything else
[[nodiscard]] result<busiest> busiest_from_json(const std::string& text);

/// For people: the hits in all, then a table; at most 80 columns unless a name
/// is longer.  Safe for a terminal; ends with LF.
[[nodiscard]] std::string to_text(const busiest& of);

} // namespace spfblock::hits
