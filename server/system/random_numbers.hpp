// Unpredictable numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace spfblock::server {

/// Numbers from the kernel's generator, getentropy(3), many a call: for the ids
/// of DNS queries and the sockets that send them.
class random_numbers {
public:
  /// Any of the 2^32.  Throws std::system_error if the kernel has none.
  [[nodiscard]] std::uint32_t operator()();

private:
  std::array<std::uint32_t, 64> numbers_{}; ///< 256 octets: the most a call
  std::size_t left_ = 0;
};

} // namespace spfblock::server
