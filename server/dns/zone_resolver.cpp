#include "server/dns/zone_resolver.hpp"

#include "server/system/file.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

zone_resolver::zone_resolver(boost::asio::io_context& io, const log_sink& log,
                             std::string path, dns::zone zone)
    : io_{io},
      log_{log},
      path_{std::move(path)},
      zone_{std::move(zone)} {}

void zone_resolver::resolve(const dns::question& asked,
                            std::shared_ptr<dns::asker> /*by*/, receiver done) {
  boost::asio::post(io_,
                    life_.guarded([answer = zone_.resolve(asked),
                                   done = std::move(done)] { done(answer); }));
}

void zone_resolver::begin_refresh() {
  const auto text = read_file(path_);
  auto zone = text ? dns::zone::parse(*text) : result<dns::zone>{text.error()};
  if (zone) {
    zone_ = *std::move(zone);
    return;
  }
  log_.write(log::event_of<log::kind::zone_file_refused>{}
                 .with("file", path_)
                 .with("reason", zone.error().message));
}

} // namespace spfblock::server
