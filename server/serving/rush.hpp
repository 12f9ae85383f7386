// When datagrams come so fast that it pays to let some gather.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace spfblock::server {

/// Says after each batch of datagrams whether to rest before the next.
///
/// To be woken costs as much as an answer.  In a rush, when more than one
/// question comes in the time of a rest, a port that rests answers several for
/// each time it is woken, as network cards do with their interrupts.  Where
/// fewer come every one is answered at once.
///
/// Who asks one question after the other, as fast as he is answered, can look
/// like a rush.  Then two rests in a row bring fewer than `worth_it`, and it is
/// over; each time that this is so, twice as many questions have to come before
/// the next, up to most_looked_at.
///
/// Sans clock.  Belongs to one thread.
class rush {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// How long datagrams gather; a kernel's timer may add as much.
  static constexpr std::chrono::microseconds rest{50};

  /// Questions that a rest has to bring.
  static constexpr std::size_t worth_it = 3;

  /// A batch of so many is large enough: the next one needs no rest.
  static constexpr std::size_t enough = 16;

  /// Over how many questions it is measured how fast they come.
  static constexpr std::size_t least_looked_at = 64;
  static constexpr std::size_t most_looked_at = 4096;

  /// A batch was received.
  /// @param size how many there were
  /// @param now when it was received
  /// @return how long to rest before the next; nothing: until there is one
  [[nodiscard]] std::optional<std::chrono::microseconds>
  after(std::size_t size, moment now) noexcept;

private:
  void measure(std::size_t size, moment now) noexcept;
  void judge_rest(std::size_t size, moment now) noexcept;

  bool is_on_ = false;
  unsigned fruitless_ = 0; ///< rests in a row that were not worth it
  std::size_t to_look_at_ = least_looked_at;
  std::size_t counted_ = 0; ///< questions since `since_`
  moment since_{};
};

} // namespace spfblock::server
