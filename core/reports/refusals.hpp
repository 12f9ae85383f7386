// What our listings refused, by the mail log.
#pragma once

#include "core/maillog/event.hpp"
#include "core/maillog/reader.hpp"
#include "core/reports/own_words.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spfblock::reports {

/// How often each of some texts occurred.  Bounded: of new texts beyond
/// `most_texts` only the occurrences are counted.
class tally {
public:
  static constexpr std::size_t most_texts = 10'000;

  void add(std::string_view text);

  /// The most frequent first, then in order of the texts.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>>
  by_frequency() const;

  /// Occurrences that are counted for no text.
  [[nodiscard]] std::uint64_t others() const noexcept { return others_; }

private:
  std::unordered_map<std::string, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

/// What one listing refused.
struct listing_refusals {
  std::uint64_t rejected = 0;
  std::uint64_t deferred = 0;
  std::uint64_t would = 0; ///< only told: WARN, warn_if_reject
  std::uint64_t other = 0; ///< held, discarded, redirected, filtered
  std::optional<std::chrono::sys_seconds> first{}; ///< as the log has it
  std::optional<std::chrono::sys_seconds> last{};
  tally hosts;
  tally senders; ///< the null reverse-path as "<>"
  tally recipients;

  [[nodiscard]] std::uint64_t all() const noexcept {
    return rejected + deferred + would + other;
  }
};

/// Collects the refusals of our listings.
class refusals {
public:
  /// Listings that are told apart; the rest goes to one of the name "?".
  static constexpr std::size_t most_listings = 10'000;

  /// @param ours must outlive this
  explicit refusals(const own_words& ours) : ours_{&ours} {}

  void take(const maillog::event& next);

  /// The busiest first, then by name.  Valid until the next take().
  [[nodiscard]] std::vector<
      std::pair<std::string_view, const listing_refusals*>>
  by_listing() const;

private:
  const own_words* ours_;
  std::map<std::string, listing_refusals, std::less<>> listings_;
};

/// For people: a paragraph for each listing.
[[nodiscard]] std::string to_text(const refusals& of);

/// For programs (docs/mail-log.md).
[[nodiscard]] std::string to_json(const refusals& of,
                                  const maillog::line_counts& read);

} // namespace spfblock::reports
