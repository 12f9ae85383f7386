// A value of which very many objects have the same.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>

namespace spfblock {

/// A value that is replaced and not changed, so that copies share it: for
/// members of objects of which there are very many.  Takes no more than a
/// pointer where it is T{}, or where another object has it anyway.
///
/// A regular value type.  Thread safety: any number of threads may read and
/// copy one object; so a shared_value of objects with such members can be
/// copied by many threads, too.
template <class T>
class shared_constant {
public:
  shared_constant() noexcept = default;
  // Implicit: it is such a value.
  // NOLINTNEXTLINE(google-explicit-constructor)
  shared_constant(T value) {
    if (!(value == T{}))
      held_ = new box{std::move(value)};
  }

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator const T&() const noexcept { return **this; }
  [[nodiscard]] const T& operator*() const noexcept {
    return held_ ? held_->value : nothing();
  }
  [[nodiscard]] const T* operator->() const noexcept { return &**this; }

  /// Replaces it by a copy that no other object has, to be changed before this
  /// object is copied.
  [[nodiscard]] T& edit() {
    held_ = new box{T{**this}};
    return held_->value;
  }

  /// Whether both are one value in memory.
  [[nodiscard]] bool
  is_shared_with(const shared_constant& other) const noexcept {
    return held_ == other.held_;
  }

  friend bool operator==(const shared_constant& a, const shared_constant& b) {
    return a.held_ == b.held_ || *a == *b;
  }
  friend bool operator==(const shared_constant& a, const T& b) {
    return *a == b;
  }

private:
  struct box : boost::intrusive_ref_counter<box> {
    explicit box(T of) : value{std::move(of)} {}
    T value;
  };

  static const T& nothing() noexcept {
    static const T value{};
    return value;
  }

  boost::intrusive_ptr<box> held_;
};

/// A value that is shared with the first of `others` that has the same.
template <class T, class... Others>
[[nodiscard]] shared_constant<T> shared_with(T value, const Others&... others) {
  shared_constant<T> made;
  const bool is_found = ((value == *others && ((made = others), true)) || ...);
  return is_found ? made : shared_constant<T>{std::move(value)};
}

} // namespace spfblock
