// Shares a number of places among askers, so that none of them can take what
// the others need.
#pragma once

#include "core/support/contract.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace spfblock {

/// Jobs that wait for a place, in a line for each asker.
///
/// A place goes to the asker that holds the fewest, of those with equally many
/// to the one that has waited longest.  Who holds some already gets one more
/// only while it holds less than an eighth of what is free.  So one asker alone
/// gets a ninth of the places, n greedy ones leave (8/9)^n of them, and a
/// newcomer finds one free at once even behind thirty that give none back (of
/// 256 places).  A fixed share would be used up by a few.
///
/// Each call takes constant time on average, however many askers and jobs
/// there are.
/// @tparam Asker copyable, with equality and std::hash
template <class Asker, class Job>
class fair_queue {
public:
  struct turn {
    Asker by;
    Job job;
  };

  explicit fair_queue(std::size_t places) : free_{places} {}

  /// Puts a job at the end of the asker's line.
  void push(const Asker& by, Job job) {
    line& own = lines_[by];
    own.jobs.push_back(std::move(job));
    if (own.jobs.size() == 1)
      stand(by, own);
  }

  /// Gives a place to the job whose turn it is; none if there is no such job.
  /// The asker holds the place until release().
  [[nodiscard]] std::optional<turn> take() {
    if (levels_.empty() || !may_have_more(levels_.begin()->first))
      return std::nullopt;
    const Asker by = levels_.begin()->second.front();
    line& own = lines_.find(by)->second;
    turn next{by, std::move(own.jobs.front())};
    step_aside(own);
    own.jobs.pop_front();
    ++own.held;
    --free_;
    stand(by, own);
    return next;
  }

  /// Gives back a place.
  /// @pre `by` holds one
  void release(const Asker& by) {
    const auto found = lines_.find(by);
    EXPECTS(found != lines_.end() && found->second.held > 0);
    line& own = found->second;
    step_aside(own);
    --own.held;
    ++free_;
    stand(by, own);
    if (own.held == 0 && own.jobs.empty())
      lines_.erase(found);
  }

private:
  using level = std::list<Asker>;

  struct line {
    std::deque<Job> jobs;
    std::size_t held = 0;                ///< places
    typename level::iterator standing{}; ///< in its level, if jobs wait
  };

  /// Whether an asker that holds so many places may have one more.
  [[nodiscard]] bool may_have_more(std::size_t held) const noexcept {
    constexpr std::size_t part = 8;
    return held == 0 ? free_ > 0 : held * part < free_;
  }

  /// Lines up, behind those that hold as many places, if jobs wait.
  void stand(const Asker& by, line& own) {
    if (own.jobs.empty())
      return;
    level& equals = levels_[own.held];
    own.standing = equals.insert(equals.end(), by);
  }

  void step_aside(line& own) {
    if (own.jobs.empty())
      return;
    const auto equals = levels_.find(own.held);
    equals->second.erase(own.standing);
    if (equals->second.empty())
      levels_.erase(equals);
  }

  std::size_t free_;
  std::unordered_map<Asker, line> lines_;
  /// The askers that wait, by the places they hold: few different numbers,
  /// since they add up to the number of places.
  std::map<std::size_t, level> levels_;
};

} // namespace spfblock
