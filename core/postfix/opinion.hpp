// What is to be said of one place in a Postfix's configuration.
#pragma once

#include "core/postfix/finding.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::postfix {

/// Findings that are put together, all of one place.
class opinion {
public:
  /// @param where as finding::where
  explicit opinion(std::string where) : where_{std::move(where)} {}

  void wrong(std::string what) { say(verdict::wrong, std::move(what)); }
  void concern(std::string what) { say(verdict::concern, std::move(what)); }

  /// Says that all is well, unless something is wrong.
  void good_or_wrong(std::string what) {
    const bool is_wrong =
        std::any_of(said_.begin(), said_.end(), [](const finding& each) {
          return each.how == verdict::wrong;
        });
    if (!is_wrong)
      say(verdict::good, std::move(what));
  }

  /// All that was said, in order.
  [[nodiscard]] std::vector<finding> said() && { return std::move(said_); }

private:
  void say(verdict how, std::string what) {
    said_.push_back({how, where_, std::move(what)});
  }

  std::string where_;
  std::vector<finding> said_;
};

} // namespace spfblock::postfix
