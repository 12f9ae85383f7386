// Which lines of a mail log are about our own listings.
#pragma once

#include "core/config/settings.hpp"
#include "core/maillog/event.hpp"
#include "core/table/action.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::reports {

/// The texts of the actions of a configuration, to be found again in what
/// Postfix logs: it writes the text of an action behind words of its own.
///
/// Thread safety: immutable.
class own_words {
public:
  explicit own_words(const config::settings& of);

  /// The listing whose action a refusal tells: what stands for `{domain}` in
  /// it, and where the text has no such thing the only entry with this action,
  /// or "?" where several have it.
  /// @return nothing if it is none of ours
  [[nodiscard]] std::optional<std::string>
  listing_of(const maillog::event& refusal) const;

  /// The actions that have no text of their own, as `REJECT`: what they do is
  /// not told apart from what others do.
  [[nodiscard]] const std::vector<std::string>& mute() const noexcept {
    return mute_;
  }

private:
  /// A literal, and the placeholder behind it.
  struct piece {
    std::string literal;
    bool is_domain = false;
    bool ends_it = false; ///< nothing stands behind the literal
  };
  struct words {
    std::string action;
    std::vector<piece> pieces;
    std::vector<std::string> entries; ///< two at most
  };

  void add(const table::action& action, const std::string& entry);
  static std::vector<piece> pieces_of(std::string_view text);
  static std::optional<std::string> match(const words& with,
                                          std::string_view text);
  [[nodiscard]] std::optional<std::string>
  listing_that_says(std::string_view text) const;

  std::vector<words> words_;
  std::vector<std::string> mute_;
};

} // namespace spfblock::reports
