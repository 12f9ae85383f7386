// How much of memory the answers of all looks under way may take together.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace spfblock::spf {

/// What an enemy multiplies by listed domains has a bound for all of them: the
/// answers that looks at domains hold.  Where they are over it, the look that
/// holds most is put aside: it gives back what it holds, and begins anew when
/// there is room.  So the others go on as if it were not there, and nobody is
/// told less of it: what its domain listed stays meanwhile.
///
/// A single look is never put aside: it has a bound of its own
/// (crawl::most_answer_bytes), which is far below this one.
///
/// Not thread-safe: belongs to the thread of the crawls.
class answer_room {
public:
  /// Of memory, about.
  static constexpr std::size_t most_bytes = std::size_t{256} << 20U;

  /// Who holds answers for some looks.
  class holder {
  public:
    holder() = default;
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    virtual ~holder() = default;

    /// How many looks it has under way, and what the largest holds.
    [[nodiscard]] virtual std::size_t looks() const = 0;
    [[nodiscard]] virtual std::size_t largest() const = 0;
    /// Gives back the answers that no look under way has asked for.
    virtual void drop_unused() = 0;
    /// Puts the largest look aside, by wait().
    virtual void put_aside() = 0;
  };

  explicit answer_room(std::size_t most = most_bytes) : most_{most} {}

  void enter(holder& who) { holders_.push_back(&who); }
  void leave(const holder& who) { std::erase(holders_, &who); }

  /// What holders took, and gave back.
  void took(std::size_t bytes) noexcept { held_ += bytes; }
  void gave_back(std::size_t bytes) noexcept { held_ -= bytes; }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  /// Puts looks aside until the others fit.
  void make_room();

  /// A look waits for room.
  /// @param bytes that it may need, which are promised to it when it is let in
  /// @param begin lets it begin anew; is called once, from let_in()
  void wait(std::size_t bytes, std::function<void()> begin);

  /// A look that was let in has ended, or was put aside again.
  void end_promise(std::size_t bytes) noexcept { promised_ -= bytes; }

  /// A look has ended: lets in who waits for as much as there is, the smallest
  /// first; one at least where no look is under way.
  void let_in();

  /// Who waits is let in no more.
  void give_up() { waiting_.clear(); }

  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  struct waiter {
    std::size_t bytes = 0;
    std::function<void()> begin;
  };

  [[nodiscard]] std::size_t looks() const;

  std::size_t most_;
  std::size_t held_ = 0;
  std::size_t promised_ = 0; ///< to looks that were let in
  std::vector<holder*> holders_;
  std::vector<waiter> waiting_; ///< by bytes, the smallest last
};

} // namespace spfblock::spf
