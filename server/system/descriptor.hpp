// File descriptors.
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace spfblock::server {

/// Owns a file descriptor, or none.
class descriptor {
public:
  descriptor() = default;

  /// @param number what open(2) and its like return: negative for none
  explicit descriptor(int number) noexcept : number_{number} {}

  ~descriptor() {
    if (is_open())
      ::close(number_);
  }
  descriptor(descriptor&& other) noexcept
      : number_{std::exchange(other.number_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  [[nodiscard]] int number() const noexcept { return number_; }

  /// Gives it away: somebody else closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
  int number_ = -1;
};

/// What `call`, a system call, returns in the end: repeated as long as signals
/// interrupt it.
template <class Call>
auto uninterrupted(Call call) noexcept {
  for (;;) {
    const auto done = call();
    if (done >= 0 || errno != EINTR)
      return done;
  }
}

} // namespace spfblock::server
