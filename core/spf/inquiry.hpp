// The questions of one evaluation: what was asked, what is missing, how long
// the answers hold.
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/question.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_set>
#include <vector>

namespace spfblock::spf {

/// Reads answers from a store and keeps account of it.
class inquiry {
public:
  enum class availability : std::uint8_t {
    found,
    missing,   ///< not in the store yet
    over_limit ///< one question too many: not to be asked; see limit()
  };
  struct lookup {
    availability state = availability::missing;
    const dns::answer* given = nullptr; ///< if found
  };

  /// @param answers outlives the inquiry and does not change meanwhile
  /// @param most distinct questions, if there is a limit
  /// @param asks_no_more if not null, what answers that are not there are over
  inquiry(const dns::answer_store& answers, std::optional<unsigned> most,
          const char* asks_no_more = nullptr)
      : answers_{answers},
        most_{most},
        asks_no_more_{asks_no_more} {}

  /// The answer; a question that is asked again costs nothing.
  lookup ask(const dns::question& asked);

  /// What a question that is over the limit is over, in words.
  [[nodiscard]] const char* limit() const noexcept;

  [[nodiscard]] const std::vector<dns::question>& missing() const noexcept {
    return missing_;
  }

  /// How many distinct questions were asked.
  [[nodiscard]] std::size_t questions() const noexcept { return asked_.size(); }

  /// The smallest TTL of the answers found; 0 if there was none.
  [[nodiscard]] std::uint32_t ttl() const noexcept {
    return ttl_ == no_ttl ? 0 : ttl_;
  }

private:
  static constexpr auto no_ttl = std::numeric_limits<std::uint32_t>::max();

  const dns::answer_store& answers_;
  std::optional<unsigned> most_;
  const char* asks_no_more_;
  std::unordered_set<dns::question> asked_;
  std::vector<dns::question> missing_;
  std::uint32_t ttl_ = no_ttl;
};

} // namespace spfblock::spf
