#include "server/dns/zone_resolver.hpp"

#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <boost/asio/post.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;

/// What the file says now.  To open a FIFO would be to wait for its writer.
result<dns::zone> read_zone(const std::string& path) {
  std::error_code error; // read_file() says it better
  const auto type = fs::status(path, error).type();
  if (fs::exists(fs::file_status{type}) && type != fs::file_type::regular)
    return failure{errc::temporary,
                   "cannot read " + in_quotes(path) + ": not a regular file"};
  const auto text = read_file(path);
  return text ? dns::zone::parse(*text) : result<dns::zone>{text.error()};
}

} // namespace

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
  auto zone = read_zone(path_);
  if (zone) {
    zone_ = *std::move(zone);
    return;
  }
  log_.write(log::event_of<log::kind::zone_file_refused>{}
                 .with("file", path_)
                 .with("reason", zone.error().message));
}

} // namespace spfblock::server
