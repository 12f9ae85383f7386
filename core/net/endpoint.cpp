#include "core/net/endpoint.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace spfblock::net {

namespace {

constexpr auto npos = std::string_view::npos;

using optional_port = std::optional<std::uint16_t>;

result<std::uint16_t> parse_port(std::string_view text, std::size_t offset) {
  if (text.empty() || text.find_first_not_of("0123456789") != npos)
    return failure{errc::malformed, in_quotes(text) + " is not a port", offset};
  const auto port = parse_decimal(text, 65535);
  if (!port)
    return failure{errc::out_of_range,
                   "port " + printable(text) + " is over 65535", offset};
  return static_cast<std::uint16_t>(*port);
}

/// Reads what follows the address: ":PORT", or nothing where there is a
/// default.
result<std::uint16_t> parse_rest(std::string_view text, std::size_t offset,
                                 optional_port default_port) {
  const auto rest = text.substr(offset);
  if (rest.empty() && default_port)
    return *default_port;
  if (rest.empty())
    return failure{errc::malformed, "the port is missing in " + in_quotes(text),
                   offset};
  if (rest.front() != ':')
    return failure{errc::malformed,
                   in_quotes(rest) + " is not a colon and a port", offset};
  return parse_port(rest.substr(1), offset + 1);
}

result<endpoint> parse_bracketed(std::string_view text,
                                 optional_port default_port) {
  const auto close = text.find(']');
  if (close == npos)
    return failure{errc::malformed,
                   "no ] ends the address in " + in_quotes(text)};
  const auto inside = text.substr(1, close - 1);
  const auto address = ip_address::try_parse(inside);
  if (!address || inside.find(':') == npos)
    return failure{errc::malformed,
                   in_quotes(inside) + " is not an IPv6 address", 1};
  const auto port = parse_rest(text, close + 1, default_port);
  if (!port)
    return port.error();
  return endpoint{*address, *port};
}

result<endpoint> parse_bare_ipv6(std::string_view text,
                                 optional_port default_port) {
  if (!default_port)
    return failure{errc::malformed,
                   in_quotes(text) +
                       " needs brackets around the IPv6 address, as "
                       "in \"[2001:db8::1]:53\""};
  const auto address = ip_address::parse(text);
  if (!address)
    return address.error();
  return endpoint{*address, *default_port};
}

} // namespace

result<endpoint> endpoint::parse(std::string_view text,
                                 optional_port default_port) {
  if (!text.empty() && text.front() == '[')
    return parse_bracketed(text, default_port);
  if (std::count(text.begin(), text.end(), ':') > 1)
    return parse_bare_ipv6(text, default_port);

  const auto colon = std::min(text.find(':'), text.size());
  const auto numeric = ip_address::parse(text.substr(0, colon));
  if (!numeric)
    return numeric.error();
  const auto number = parse_rest(text, colon, default_port);
  if (!number)
    return number.error();
  return endpoint{*numeric, *number};
}

std::string endpoint::to_string() const {
  if (address.family() == family::ipv6)
    return fmt::format("[{}]:{}", address.to_string(), port);
  return fmt::format("{}:{}", address.to_string(), port);
}

} // namespace spfblock::net
