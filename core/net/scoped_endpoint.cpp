#include "core/net/scoped_endpoint.hpp"

#include "core/net/ip_prefix.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::net {
namespace {

/// What an interface may be called (Linux dev_valid_name()); nothing that ends
/// the address in a text.
bool is_interface(std::string_view name) {
  constexpr std::size_t longest = 15; // IFNAMSIZ, without its NUL
  return !name.empty() && name.size() <= longest &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c > ' ' && c <= '~' &&
                  std::string_view{"/:%[]\""}.find(c) == std::string_view::npos;
         });
}

bool is_link_local(const ip_address& address) {
  constexpr unsigned bits_behind = 128 - 10;
  return address.family() == family::ipv6 &&
         address.number() >> bits_behind == 0xfe80U >> 6U;
}

} // namespace

result<scoped_endpoint>
scoped_endpoint::parse(std::string_view text,
                       std::optional<std::uint16_t> default_port) {
  const auto percent = text.find('%');
  const auto end = std::min(text.find(']'), text.size());
  std::string plain{text};
  std::string_view interface;
  if (percent < end) {
    interface = text.substr(percent + 1, end - percent - 1);
    plain.erase(percent, end - percent);
  }
  const auto at = endpoint::parse(plain, default_port);
  if (!at)
    return at.error();
  if (percent >= end)
    return scoped_endpoint{*at};
  if (!is_interface(interface))
    return failure{errc::malformed,
                   in_quotes(interface) + " is not an interface", percent + 1};
  if (!is_link_local(at->address))
    return failure{errc::malformed,
                   in_quotes(text) + " is not link-local: only fe80::/10 has "
                                     "an interface",
                   percent};
  return scoped_endpoint{*at, std::string{interface}};
}

bool scoped_endpoint::lacks_interface() const {
  return is_link_local(at.address) && interface.empty();
}

std::string scoped_endpoint::to_string() const {
  if (interface.empty())
    return at.to_string();
  return fmt::format("[{}%{}]:{}", at.address.to_string(), interface, at.port);
}

} // namespace spfblock::net
