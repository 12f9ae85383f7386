// How far the check of one mail has come: its way, what it has used of the
// limits of RFC 7208, and what an error makes of it.
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::spf {

/// What a term says of the client.
enum class term_result : std::uint8_t { no_match, match, temperror, permerror };

/// One step on the way to a result, for people.
struct check_step {
  unsigned depth = 1; ///< of the record: 1 is the sender's
  std::string text;   ///< safe for output
};

/// Counts for one mail, and tells of it; what tally and account are for all
/// addresses at once.
class mail_tally {
public:
  /// Both outlive the tally.
  mail_tally(const dns::name& sender, const rules& by)
      : sender_{sender},
        rules_{by} {}

  /// Whether permerrors are passed over.
  [[nodiscard]] bool skips() const noexcept {
    return rules_.on_permerror == on_permerror::skip;
  }

  /// The term that is tried now; it is in force until leave().  Those entered
  /// before and not left lead to it.
  /// @param term outlives that
  void enter(std::string_view term) { path_.push_back(term); }
  void leave() { path_.pop_back(); }

  void note(unsigned depth, std::string text) {
    steps_.push_back({depth, std::move(text)});
  }

  /// The term that is tried decides; or none does.
  void decide() { why_ = chain(); }
  void leave_undecided() { why_.clear(); }

  /// What is tried is in error.
  /// @return no_match where permerrors are passed over
  term_result permerror(const std::string& why);
  term_result temperror(const std::string& why);

  /// Counts a term that causes DNS queries, or void lookups (RFC 7208 §4.6.4).
  /// @return how the term ends that is over the limit; nothing: it goes on
  [[nodiscard]] std::optional<term_result> spend_dns_term();
  [[nodiscard]] std::optional<term_result> spend_void_lookups(unsigned count);

  /// As host_check has them.
  [[nodiscard]] const std::string& why() const noexcept { return why_; }
  [[nodiscard]] std::vector<check_step> take_steps() noexcept {
    return std::move(steps_);
  }

private:
  [[nodiscard]] std::string chain() const;

  const dns::name& sender_;
  const rules& rules_;
  unsigned dns_terms_ = 0;
  unsigned void_lookups_ = 0;
  /// The terms on the way to the one that is tried, and this one.
  std::vector<std::string_view> path_;
  std::string why_;
  std::vector<check_step> steps_;
};

} // namespace spfblock::spf
