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
/// Three turns of four go to askers that go on with what they have begun, if
/// there are any, the fourth to one that is new: so what was begun is soon
/// done, and who is new does not wait for all others.  Of those, a place goes
/// to the asker that holds the fewest, of those with equally many to the one
/// that has waited longest.  Who holds some already gets one more only while it
/// holds less than an eighth of what is free.  So one asker alone gets a ninth
/// of the places, n greedy ones leave (8/9)^n of them, and a newcomer finds one
/// free at once even behind thirty that give none back (of 256 places).  A
/// fixed share would be used up by a few.
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
  /// @param has_begun whether this goes on with what the asker has begun; of an
  ///        asker with several jobs in line the first one's counts
  void push(const Asker& by, Job job, bool has_begun = false) {
    line& own = lines_[by];
    own.jobs.push_back(std::move(job));
    if (own.jobs.size() > 1)
      return;
    own.has_begun = has_begun;
    stand(by, own);
  }

  /// Gives a place to the job whose turn it is; none if there is no such job.
  /// The asker holds the place until release().
  [[nodiscard]] std::optional<turn> take() {
    const crowd* const next_in = choose();
    if (next_in == nullptr)
      return std::nullopt;
    ++turns_;
    const Asker by = next_in->begin()->second.front();
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
  /// Askers that wait, by the places they hold: few different numbers, since
  /// they add up to the number of places.
  using crowd = std::map<std::size_t, level>;

  struct line {
    std::deque<Job> jobs;
    std::size_t held = 0; ///< places
    bool has_begun = false;
    typename level::iterator standing{}; ///< in its level, if jobs wait
  };

  /// Whether an asker that holds so many places may have one more.
  [[nodiscard]] bool may_have_more(std::size_t held) const noexcept {
    constexpr std::size_t part = 8;
    return held == 0 ? free_ > 0 : held * part < free_;
  }

  /// Whose turn it is: the first one of a crowd; null if nobody's.
  [[nodiscard]] const crowd* choose() const noexcept {
    constexpr unsigned turns_of_new = 4;
    const crowd* order[] = {&begun_, &new_};
    if (turns_ % turns_of_new == 0)
      std::swap(order[0], order[1]);
    for (const crowd* each : order) {
      if (!each->empty() && may_have_more(each->begin()->first))
        return each;
    }
    return nullptr;
  }

  [[nodiscard]] crowd& crowd_of(const line& own) noexcept {
    return own.has_begun ? begun_ : new_;
  }

  /// Lines up, behind those that hold as many places, if jobs wait.
  void stand(const Asker& by, line& own) {
    if (own.jobs.empty())
      return;
    level& equals = crowd_of(own)[own.held];
    own.standing = equals.insert(equals.end(), by);
  }

  void step_aside(line& own) {
    if (own.jobs.empty())
      return;
    crowd& all = crowd_of(own);
    const auto equals = all.find(own.held);
    equals->second.erase(own.standing);
    if (equals->second.empty())
      all.erase(equals);
  }

  std::size_t free_;
  std::unordered_map<Asker, line> lines_;
  crowd begun_;
  crowd new_;
  std::size_t turns_ = 0;
};

} // namespace spfblock
