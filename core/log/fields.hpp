// Fields that several kinds of events have.
#pragma once

#include "core/log/kind.hpp"

namespace spfblock::log::fields {

inline constexpr field address{"address", "where, ADDRESS:PORT or unix:/PATH",
                               "127.0.0.1:10060"};
inline constexpr field domain{"domain", "the domain of the entry",
                              "spam.example"};
inline constexpr field role{
    "role", "`allowed` where the domain is one of `allow.domains`", "allowed",
    form::text, presence::rarely};
inline constexpr field file{"file", "its path", "/etc/spfblock/spfblock.json"};
inline constexpr field state_file{"file", "its path",
                                  "/var/lib/spfblock/state.json"};
inline constexpr field published_file{"file", "its path",
                                      "/var/lib/spfblock/public/access.cdb"};
inline constexpr field reason{"reason", "why", "Permission denied"};
inline constexpr field networks_kept{
    "networks_kept", "networks that stay listed meanwhile", "12", form::number};
inline constexpr field ipv4_networks{
    "ipv4_networks", "IPv4 networks in the table", "130", form::number};
inline constexpr field ipv6_networks{
    "ipv6_networks", "IPv6 networks in the table", "4", form::number};
inline constexpr field ipv4_addresses{
    "ipv4_addresses", "how many IPv4 addresses that is", "3584", form::number};
inline constexpr field ipv6_slash64s{
    "ipv6_slash64s", "how many IPv6 /64 networks that is", "2", form::number};

} // namespace spfblock::log::fields
