// A value or the failure that took its place; the names are those of
// std::expected (C++23).
#pragma once

#include "core/support/contract.hpp"
#include "core/support/failure.hpp"

#include <utility>
#include <variant>

namespace spfblock {

/// Either a T or a failure, never neither.
///
/// Reading the alternative that is not there is a bug and stops the process.
template <class T>
class [[nodiscard]] result {
public:
  // Implicit, so that a function can return either.
  // NOLINTNEXTLINE(google-explicit-constructor)
  result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  result(failure why) : state_{std::in_place_index<1>, std::move(why)} {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] const T& operator*() const& {
    EXPECTS(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& operator*() && {
    EXPECTS(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const T* operator->() const {
    EXPECTS(has_value());
    return std::get_if<0>(&state_);
  }
  [[nodiscard]] const failure& error() const {
    EXPECTS(!has_value());
    return *std::get_if<1>(&state_);
  }

private:
  std::variant<T, failure> state_;
};

} // namespace spfblock
