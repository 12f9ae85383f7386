// Answers from a zone file, read again at each refresh.
#pragma once

#include "core/dns/resolver.hpp"
#include "core/dns/zone.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace spfblock::server {

/// The embedded name server of the demo.
class zone_resolver : public dns::resolver {
public:
  /// @param path a readable zone file (checked with the configuration)
  /// @param zone what it held at the time of that check
  zone_resolver(boost::asio::io_context& io, const log_sink& log,
                std::string path, dns::zone zone);

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override;

  /// Reads the file; one that is faulty by now leaves the former records in
  /// force and is reported.
  void begin_refresh() override;

private:
  boost::asio::io_context& io_;
  const log_sink& log_;
  std::string path_;
  dns::zone zone_;
  lifetime life_;
};

} // namespace spfblock::server
