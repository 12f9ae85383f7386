#include "core/protocols/dnsbl_name.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace spfblock::protocols {
namespace {

using net::uint128;

/// The value of an octet in decimal digits without leading zeros.
std::optional<unsigned> octet_of(std::string_view label) {
  if (label.empty() || label.size() > 3 ||
      (label[0] == '0' && label.size() > 1))
    return std::nullopt;
  unsigned value = 0;
  for (const char c : label) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value < 256 ? std::optional{value} : std::nullopt;
}

std::optional<unsigned> digit_of(std::string_view label) {
  return label.size() == 1 ? hex_value(label[0]) : std::nullopt;
}

/// Labels as the first bits of an address.
class reversed_address {
public:
  /// @param bits of a label
  reversed_address(net::family of, unsigned bits) : family_{of}, bits_{bits} {}

  /// The next label in a name, which stands before those that were put in.
  void put(std::optional<unsigned> value) {
    is_one_ = is_one_ && value && length_ + bits_ <= net::width(family_);
    if (!is_one_)
      return;
    number_ |= uint128{*value} << length_;
    length_ += bits_;
  }

  [[nodiscard]] std::optional<net::ip_prefix> network() const {
    constexpr unsigned of_mapped = 96; ///< bits of ::ffff:0:0/96
    if (!is_one_ || length_ == 0)
      return std::nullopt;
    const unsigned hosts = net::width(family_) - length_;
    const uint128 first = number_ << hosts;
    if (family_ == net::family::ipv4)
      return net::ip_prefix::containing(
          net::ip_address::ipv4(static_cast<std::uint32_t>(first)), length_);
    const auto address = net::ip_address::ipv6(first);
    return net::ip_prefix::containing(
        address,
        address.family() == net::family::ipv4 ? length_ - of_mapped : length_);
  }

private:
  net::family family_;
  unsigned bits_;
  bool is_one_ = true;
  uint128 number_ = 0;
  unsigned length_ = 0;
};

} // namespace

dnsbl_networks dnsbl_networks_of(std::string_view labels) {
  reversed_address by_octets{net::family::ipv4, 8};
  reversed_address by_digits{net::family::ipv6, 4};
  while (!labels.empty()) {
    const auto size = static_cast<unsigned char>(labels[0]);
    const std::string_view label = labels.substr(1, size);
    by_octets.put(octet_of(label));
    by_digits.put(digit_of(label));
    labels.remove_prefix(1 + label.size());
  }
  return {by_octets.network(), by_digits.network()};
}

std::string dnsbl_labels_of(const net::ip_address& address) {
  const bool ipv4 = address.family() == net::family::ipv4;
  const unsigned bits = ipv4 ? 8 : 4;
  std::string labels;
  uint128 number = address.number();
  for (unsigned i = 0; i < net::width(address.family()); i += bits) {
    const auto value = static_cast<unsigned>(number) & ((1U << bits) - 1);
    labels += ipv4 ? fmt::format("{}.", value) : fmt::format("{:x}.", value);
    number >>= bits;
  }
  return labels;
}

} // namespace spfblock::protocols
