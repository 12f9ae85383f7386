#include "core/reports/replay.hpp"

#include <algorithm>

namespace spfblock::reports {

void replay::take(const maillog::mail& next) {
  ++mails_;
  if (next.logged_in)
    return;
  const auto match = table_->find(next.address);
  if (!match || is_exempt(next))
    return;
  const auto became = static_cast<std::size_t>(next.fate);
  if (!match->by->action.blocks()) {
    ++told_.at(became);
    return;
  }
  ++rejected_.at(became);
  if (next.fate != maillog::fate::delivered)
    return;
  if (next.spam)
    ++spam_;
  else if (shown_.size() < most_shown)
    shown_.push_back({next, match->by->name, match->network});
}

/// A recipient of whom the log does not tell is none that is exempt.
bool replay::is_exempt(const maillog::mail& of) const {
  const auto& exempt = table_->exempt_recipients();
  return exempts_ && !of.recipients.empty() &&
         std::all_of(
             of.recipients.begin(), of.recipients.end(),
             [&](const std::string& each) { return exempt.contains(each); });
}

} // namespace spfblock::reports
