// Recognises calls that come too late.
#pragma once

#include <memory>
#include <utility>

namespace spfblock::server {

/// How long calls to an object are wanted: until it is destroyed, or until
/// end() is called.
///
/// What waits in a queue cannot be taken back: a handler may be called although
/// its operation was cancelled, and although its object is gone.  An object
/// that owns a lifetime guards its handlers with it.
///
///     timer_.async_wait(life_.guarded([this](error_code error) { ... }));
///
/// Thread safety: belongs to one thread, which also calls what is guarded.
/// That may be moved, copied and destroyed by any.
class lifetime {
public:
  /// An observer that may outlive the lifetime.
  class watch {
  public:
    /// Whether the life that was present when this was made is over.
    [[nodiscard]] bool over() const noexcept { return *number_ != mine_; }

  private:
    friend class lifetime;
    explicit watch(std::shared_ptr<const unsigned> number)
        : number_{std::move(number)},
          mine_{*number_} {}

    std::shared_ptr<const unsigned> number_;
    unsigned mine_;
  };

  lifetime() = default;
  lifetime(const lifetime&) = delete;
  lifetime& operator=(const lifetime&) = delete;
  ~lifetime() { end(); }

  /// The present life is over, another begins: what is guarded from now on
  /// belongs to that.
  void end() noexcept { ++*number_; }

  /// For who calls others that may destroy the object.
  [[nodiscard]] watch present() const { return watch{number_}; }

  /// A handler that calls `handler` only during the present life.
  template <class Handler>
  [[nodiscard]] auto guarded(Handler handler) const {
    return [life = present(),
            handler = std::move(handler)](auto&&... given) mutable {
      if (!life.over())
        handler(std::forward<decltype(given)>(given)...);
    };
  }

private:
  std::shared_ptr<unsigned> number_ =
      std::make_shared<unsigned>(0); ///< of life
};

} // namespace spfblock::server
