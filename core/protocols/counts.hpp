// What is counted where clients ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spfblock::protocols {

/// One thing that is counted.  The first four are how a request ends.
enum class count : std::uint8_t {
  found,       ///< requests answered with what is listed
  not_found,   ///< requests with a key that nothing is listed for
  passed_over, ///< requests not looked up: an exempt recipient, or a log-in
  refused,     ///< requests that ask for no key, or that nobody understands
  connections, ///< clients accepted
  turned_away, ///< clients over the limit of connections
  foreign,     ///< clients and questions from outside `clients` of a door
  capped,      ///< questions over the cap of answers for a network
};

/// All of them with their words, in order.
inline constexpr std::array<std::string_view, 8> count_words{
    "found",       "not_found",   "passed_over", "refused",
    "connections", "turned_away", "foreign",     "capped"};

[[nodiscard]] constexpr std::size_t index_of(count of) noexcept {
  return static_cast<std::size_t>(of);
}

static_assert(count_words[index_of(count::capped)] == "capped");

/// How many there were of each.
class counts {
public:
  [[nodiscard]] constexpr std::uint64_t& operator[](count of) noexcept {
    return numbers_[index_of(of)];
  }
  [[nodiscard]] constexpr std::uint64_t operator[](count of) const noexcept {
    return numbers_[index_of(of)];
  }

  constexpr counts& operator+=(const counts& more) noexcept {
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      numbers_[i] += more.numbers_[i];
    return *this;
  }

  friend bool operator==(const counts&, const counts&) = default;

private:
  std::array<std::uint64_t, count_words.size()> numbers_{};
};

} // namespace spfblock::protocols
