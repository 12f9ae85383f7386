#include "server/system/random_numbers.hpp"

#include "server/system/descriptor.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace spfblock::server {

std::uint32_t random_numbers::operator()() {
  if (left_ == 0) {
    // Up to 256 octets are never cut short (getrandom(2)).
    const auto got = uninterrupted(
        [this] { return ::getrandom(numbers_.data(), sizeof numbers_, 0); });
    if (got < 0)
      throw std::system_error{errno, std::generic_category(), "getrandom"};
    left_ = numbers_.size();
  }
  return numbers_[--left_];
}

} // namespace spfblock::server
