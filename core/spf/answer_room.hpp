// How much of memory the answers of all looks under way may take together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace spfblock::spf {

/// What an enemy multiplies by listed domains, or by mail, has a bound for all
/// of it: the answers that looks at domains hold, or checks of mail, each kind
/// in a room of its own.  Where they are over it, the look that holds most is
/// put aside: it gives back what it holds, and begins anew when there is room.
/// So the others go on as if it were not there, and nobody is told less of it:
/// what its domain listed stays meanwhile.
///
/// Who waits longest is the next to be let in, and nobody is let in before him.
/// All looks together that begin while he waits leave him the room that he
/// needs: those that hold most are put aside until they do.  So he waits no
/// longer than the looks last that had begun before him, and those that were
/// let in.  Who was let in is not put aside while he takes what was promised to
/// him.
///
/// A single look is never put aside: it has a bound of its own
/// (crawl::most_answer_bytes, asked_checks::most_answer_bytes), which is far
/// below this one.
///
/// Not thread-safe: belongs to the thread of the looks.
class answer_room {
public:
  /// Of memory, about.
  static constexpr std::size_t most_bytes = std::size_t{256} << 20U;

  /// In which order looks begin and wait.
  using ticket = std::uint64_t;

  /// What the room goes by of a look.
  struct stay {
    ticket begun = 0;
    std::size_t bytes = 0;    ///< that its answers take
    std::size_t promised = 0; ///< by let_in()
  };

  /// Who holds answers for some looks.
  class holder {
  public:
    holder() = default;
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    virtual ~holder() = default;

    /// How many looks it has under way.
    [[nodiscard]] virtual std::size_t looks() const = 0;
    /// What the largest() of them that may be put aside holds, 0 if none may,
    /// and all_of() those.
    [[nodiscard]] virtual std::size_t largest(ticket since) const = 0;
    [[nodiscard]] virtual std::size_t all(ticket since) const = 0;
    /// Gives back the answers that no look under way has asked for.
    virtual void drop_unused() = 0;
    /// Puts that look aside, by wait().
    virtual void put_aside(ticket since) = 0;
  };

  /// The look that holds most of those that began at `since` or later and that
  /// take more than was promised to them, of equal ones the last; the end if
  /// there is none.
  /// @param looks pointers to what has a `stay`, in the order of their tickets
  template <class Looks>
  [[nodiscard]] static auto largest_of(const Looks& looks, ticket since) {
    auto most = looks.end();
    for (auto each = looks.begin(); each != looks.end(); ++each) {
      if (may_go((*each)->stay, since) &&
          (most == looks.end() || (*each)->stay.bytes >= (*most)->stay.bytes))
        most = each;
    }
    return most;
  }

  /// What all of those hold; what they share counts for each.
  template <class Looks>
  [[nodiscard]] static std::size_t all_of(const Looks& looks, ticket since) {
    std::size_t sum = 0;
    for (const auto& each : looks)
      sum += may_go(each->stay, since) ? each->stay.bytes : 0;
    return sum;
  }

  explicit answer_room(std::size_t most = most_bytes) : most_{most} {}

  void enter(holder& who) { holders_.push_back(&who); }
  void leave(const holder& who) { std::erase(holders_, &who); }

  /// A look begins.
  /// @param promised to it, by let_in()
  [[nodiscard]] stay begin(std::size_t promised = 0) noexcept {
    return {next_++, 0, promised};
  }
  /// It has ended, or was put aside.
  void end(const stay& of) noexcept { promised_ -= of.promised; }

  /// What holders took, and gave back.
  void took(std::size_t bytes) noexcept { held_ += bytes; }
  void gave_back(std::size_t bytes) noexcept { held_ -= bytes; }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  /// Puts looks aside until the others fit, and whoever is next.
  void make_room();

  /// A look waits for room.
  /// @param bytes that it may need, which are promised to it when it is let in
  /// @param again begins it anew, with these bytes promised; is called once,
  ///        from let_in()
  /// @return by which to withdraw()
  ticket wait(std::size_t bytes, std::function<void()> again);

  /// Who waits since that ticket waits no more.
  void withdraw(ticket since);

  /// A look has ended: lets in who waits for as much as there is, in the order
  /// in which they came; one at least where no look is under way.
  void let_in();

  /// Who waits is let in no more.
  void give_up() { waiting_.clear(); }

  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  struct waiter {
    std::size_t bytes = 0;
    ticket since = 0;
    std::function<void()> again;
  };

  [[nodiscard]] static bool may_go(const stay& of, ticket since) noexcept {
    return of.begun >= since && of.bytes > of.promised;
  }
  [[nodiscard]] std::size_t looks() const;
  [[nodiscard]] std::size_t all(ticket since) const;
  [[nodiscard]] std::size_t left_to_others() const noexcept;
  void drop_unused();
  bool put_aside(ticket since);

  std::size_t most_;
  std::size_t held_ = 0;
  std::size_t promised_ = 0; ///< to looks that were let in
  ticket next_ = 1;
  std::vector<holder*> holders_;
  std::deque<waiter> waiting_;
};

} // namespace spfblock::spf
