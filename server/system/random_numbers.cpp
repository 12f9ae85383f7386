#include "server/system/random_numbers.hpp"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace spfblock::server {

std::uint32_t random_numbers::operator()() {
  if (left_ == 0) {
    if (::getentropy(numbers_.data(), sizeof numbers_) != 0)
      throw std::system_error{errno, std::generic_category(), "getentropy"};
    left_ = numbers_.size();
  }
  return numbers_[--left_];
}

} // namespace spfblock::server
