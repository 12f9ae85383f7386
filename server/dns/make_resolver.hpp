// The resolver that a configuration asks for.
#pragma once

#include "core/dns/resolver.hpp"
#include "server/configuration.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace spfblock::server {

/// The zone file if one is set, otherwise the servers named, otherwise those
/// of /etc/resolv.conf, which is read now.
/// @param totals of the DNS client, if it is one; not null
[[nodiscard]] std::shared_ptr<dns::resolver> make_resolver(
    boost::asio::io_context& io, const log_sink& log, const configuration& from,
    std::shared_ptr<dns_totals> totals = std::make_shared<dns_totals>());

} // namespace spfblock::server
