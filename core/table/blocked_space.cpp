#include "core/table/blocked_space.hpp"

#include <utility>

namespace spfblock::table {
namespace {

using area = blocked_space::area;

template <class Number>
struct span {
  Number first;
  Number last;
  bool blocks;
};

template <class Number>
span<Number> span_of(const area& of) noexcept {
  const net::family family = of.network.family();
  const net::uint128 first = of.network.first().number();
  const auto hosts = net::host_mask(family, of.network.length());
  return {static_cast<Number>(first), static_cast<Number>(first | hosts),
          of.blocks};
}

/// Goes over the addresses of one family from below: what is blocked in what it
/// has passed.
template <class Number>
class sweep {
public:
  /// The networks in their order: one that is around others comes before them.
  void enter(const area& network) {
    const auto next = span_of<Number>(network);
    while (!around_.empty() && around_.back().last < next.first)
      leave();
    if (!around_.empty() && at_ < next.first)
      pass(next.first - 1);
    at_ = next.first;
    around_.push_back(next);
  }

  [[nodiscard]] net::range_set<Number> result() {
    while (!around_.empty())
      leave();
    return net::range_set<Number>::of(std::move(blocked_));
  }

private:
  /// Passes the rest of the innermost network.
  void leave() {
    const Number last = around_.back().last;
    if (!is_behind_all_ && at_ <= last)
      pass(last);
    around_.pop_back();
  }

  void pass(Number last) {
    if (around_.back().blocks)
      blocked_.push_back({at_, last});
    at_ = static_cast<Number>(last + 1);
    is_behind_all_ = at_ == 0; // there is no number above `last`
  }

  std::vector<span<Number>> around_; ///< each within the one before it
  Number at_ = 0;                    ///< lowest number that was not passed
  bool is_behind_all_ = false;
  std::vector<net::range<Number>> blocked_;
};

} // namespace

blocked_space::blocked_space(const std::vector<area>& areas) {
  sweep<std::uint32_t> ipv4;
  sweep<net::uint128> ipv6;
  for (const area& each : areas) {
    if (each.network.family() == net::family::ipv4)
      ipv4.enter(each);
    else
      ipv6.enter(each);
  }
  ipv4_ = ipv4.result();
  ipv6_ = ipv6.result();
}

bool blocked_space::meets(const net::ip_prefix& network) const noexcept {
  if (network.family() == net::family::ipv4) {
    const auto in = span_of<std::uint32_t>({network});
    return ipv4_.meets({in.first, in.last});
  }
  const auto in = span_of<net::uint128>({network});
  return ipv6_.meets({in.first, in.last});
}

} // namespace spfblock::table
