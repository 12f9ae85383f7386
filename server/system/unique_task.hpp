// A function that is given away.
#pragma once

#include <concepts>
#include <memory>
#include <utility>

namespace spfblock::server {

/// Any callable without arguments, as std::function<void()>, but moved and
/// never copied: so what it holds need not be copyable, as a descriptor is not.
class unique_task {
public:
  template <class Callable>
  requires(!std::same_as<Callable, unique_task>)
      // NOLINTNEXTLINE(google-explicit-constructor): as std::function
      unique_task(Callable what)
      : held_{std::make_unique<holder<Callable>>(std::move(what))} {}

  /// @pre not moved from
  void operator()() { held_->call(); }

private:
  struct callable {
    callable() = default;
    callable(const callable&) = delete;
    callable& operator=(const callable&) = delete;
    virtual ~callable() = default;
    virtual void call() = 0;
  };

  template <class Callable>
  struct holder final : callable {
    explicit holder(Callable given) : what{std::move(given)} {}
    void call() override { what(); }
    Callable what;
  };

  std::unique_ptr<callable> held_;
};

} // namespace spfblock::server
