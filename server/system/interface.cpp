#include "server/system/interface.hpp"

#include "core/support/text.hpp"

#include <array>
#include <limits>
#include <net/if.h>

namespace spfblock::server {

std::uint32_t interface_number(const std::string& interface) {
  if (const unsigned named = ::if_nametoindex(interface.c_str()))
    return named;
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto number =
      static_cast<std::uint32_t>(parse_decimal(interface, most).value_or(0));
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(number, name.data()) == nullptr ? 0 : number;
}

} // namespace spfblock::server
