// A large value that copies share until one of them is edited.
#pragma once

#include <memory>
#include <utility>

namespace spfblock {

/// A value of which copies cost next to nothing, whatever its size: they hold
/// the same object, and edit() makes one of its own first.
///
/// Thread safety: copies belong to a thread each.  To copy is to use both, the
/// copy and what it is made from; so a copy that is given to another thread
/// can be read there while this one is edited here.
template <class T>
class shared_value {
public:
  using element_type = const T; ///< as a pointer, for iterators over them

  shared_value() : shared_value{T{}} {}
  explicit shared_value(T value)
      : held_{std::make_shared<T>(std::move(value))} {}
  shared_value(const shared_value& other)
      : held_{other.held_},
        is_shared_{true} {
    other.is_shared_ = true;
  }
  shared_value(shared_value&&) noexcept = default;
  shared_value& operator=(shared_value other) noexcept {
    held_ = std::move(other.held_);
    is_shared_ = other.is_shared_;
    return *this;
  }
  ~shared_value() = default;

  [[nodiscard]] const T& operator*() const noexcept { return *held_; }
  [[nodiscard]] const T* operator->() const noexcept { return held_.get(); }

  /// The value, to be changed; of this copy alone.  A copy is made if there
  /// ever was another one: whether it is still there cannot be known safely.
  [[nodiscard]] T& edit() {
    if (is_shared_)
      *this = shared_value{T{*held_}};
    return *held_;
  }

private:
  std::shared_ptr<T> held_;
  mutable bool is_shared_ = false; ///< or was
};

} // namespace spfblock
