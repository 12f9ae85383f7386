#include "core/protocols/answer_cap.hpp"

namespace spfblock::protocols {
namespace {

bool is_loopback(const net::ip_address& client) noexcept {
  return client.family() == net::family::ipv4 ? client.number() >> 24U == 127
                                              : client.number() == 1;
}

} // namespace

std::size_t answer_cap::place_of(const net::ip_address& client) const {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U; // 2^64 / golden ratio
  const auto network = static_cast<std::uint64_t>(
      client.number() >> (client.family() == net::family::ipv4 ? 8U : 72U));
  std::uint64_t mixed = (network ^ secret_) * odd;
  mixed = (mixed ^ mixed >> 32U) * odd;
  return static_cast<std::size_t>(mixed >> 40U) % answers_.size();
}

answer_cap::verdict answer_cap::admit(const net::ip_address& client,
                                      std::chrono::seconds now) noexcept {
  if (is_loopback(client))
    return verdict::answer;
  if (now != second_) {
    second_ = now;
    answers_.fill(0);
  }
  std::uint16_t& answered = answers_[place_of(client)];
  if (answered >= 2 * most)
    return verdict::nothing;
  ++answered;
  return answered <= most ? verdict::answer : verdict::by_tcp;
}

} // namespace spfblock::protocols
