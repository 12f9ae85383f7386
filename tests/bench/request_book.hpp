// What a load generator asks, and the reply that each request must get.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::bench {

enum class protocol { tcp_table, policy, memcached, redis };

struct request {
  std::string octets;
  std::string reply; ///< exactly
};

/// IPv4 networks, and whether an address lies in one of them.  Written
/// independently of the server's code: sorted ranges, binary search.
class listed_ranges {
public:
  listed_ranges() = default;

  /// @param file a prefix in CIDR notation a line; throws std::runtime_error
  explicit listed_ranges(const std::string& file);

  [[nodiscard]] bool contains(std::uint32_t address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

  /// The address `host`, modulo its size, of the range `which`, modulo their
  /// count.  @pre not empty()
  [[nodiscard]] std::uint32_t at(std::size_t which,
                                 std::uint32_t host) const noexcept;

private:
  struct range {
    std::uint32_t first;
    std::uint32_t last;
  };
  std::vector<range> ranges_; ///< disjoint, ascending
};

/// `count` addresses by a fixed random sequence: every second one from a
/// listed range, the others from anywhere.
std::vector<std::uint32_t> random_addresses(const listed_ranges& listed,
                                            std::size_t count,
                                            std::uint64_t seed);

/// The lookup of an address.
/// @param action what the table says for each listed address
request lookup_of(std::uint32_t address, bool listed, protocol in,
                  const std::string& action);

/// What puts an address into memcached or redis.  @pre one of them
request storage_of(std::uint32_t address, protocol in,
                   const std::string& action);

} // namespace spfblock::bench
