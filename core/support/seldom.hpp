// An optional value that is hardly ever there.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace spfblock {

/// As std::optional, but where nothing is there it takes no more than a
/// pointer, whatever the size of T: for members of objects of which there are
/// very many.
///
/// A value of its own: copies share nothing.  Reading what is not there is
/// undefined, as it is with std::optional.
template <class T>
class seldom {
public:
  seldom() noexcept = default;
  // Implicit, as those of std::optional.
  // NOLINTNEXTLINE(google-explicit-constructor)
  seldom(std::nullopt_t /*nothing*/) noexcept {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  seldom(T value) : held_{std::make_unique<T>(std::move(value))} {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  seldom(std::optional<T> value) {
    if (value)
      held_ = std::make_unique<T>(*std::move(value));
  }
  seldom(const seldom& other)
      : held_{other.held_ ? std::make_unique<T>(*other.held_) : nullptr} {}
  seldom(seldom&&) noexcept = default;
  seldom& operator=(seldom other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~seldom() = default;

  [[nodiscard]] explicit operator bool() const noexcept {
    return held_ != nullptr;
  }
  [[nodiscard]] bool has_value() const noexcept { return held_ != nullptr; }

  [[nodiscard]] const T& operator*() const noexcept { return *held_; }
  [[nodiscard]] T& operator*() noexcept { return *held_; }
  [[nodiscard]] const T* operator->() const noexcept { return held_.get(); }
  [[nodiscard]] T* operator->() noexcept { return held_.get(); }

  /// Replaces what is there, if anything is.
  T& emplace(T value) {
    held_ = std::make_unique<T>(std::move(value));
    return *held_;
  }

  friend bool operator==(const seldom& a, const seldom& b) {
    return a.held_ && b.held_ ? *a.held_ == *b.held_ : a.held_ == b.held_;
  }

private:
  std::unique_ptr<T> held_;
};

} // namespace spfblock
