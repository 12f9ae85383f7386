// The name servers of /etc/resolv.conf (resolv.conf(5)).
#pragma once

#include "core/net/scoped_endpoint.hpp"

#include <string_view>
#include <vector>

namespace spfblock::dns {

/// Who is asked where the file names nobody, as by the C library: 127.0.0.1:53.
[[nodiscard]] net::scoped_endpoint default_name_server();

/// The `nameserver` lines in order, at most three of them (MAXNS), port 53.
/// Link-local addresses may have an interface: "fe80::1%eth0".  Lines that name
/// no address are passed over.
/// @return empty where no server is named
[[nodiscard]] std::vector<net::scoped_endpoint>
parse_resolv_conf(std::string_view text);

} // namespace spfblock::dns
