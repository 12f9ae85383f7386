// The name servers of /etc/resolv.conf (resolv.conf(5)).
#pragma once

#include "core/net/endpoint.hpp"

#include <string_view>
#include <vector>

namespace spfblock::dns {

/// The `nameserver` lines in order, at most three of them (MAXNS), port 53.
/// Lines that name no plain address (link-local ones with a zone) are passed
/// over.  Where none is left: 127.0.0.1, as the C library does.
[[nodiscard]] std::vector<net::endpoint>
parse_resolv_conf(std::string_view text);

} // namespace spfblock::dns
