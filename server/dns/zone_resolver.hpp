// Answers from a zone file, read again at each refresh.
#pragma once

#include "core/dns/resolver.hpp"
#include "core/dns/zone.hpp"
#include "core/support/result.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"
#include "server/system/patience.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// The embedded name server of the demo.
///
/// The file is read by a thread that can be left behind.  What is asked
/// meanwhile is answered by what it says; where it was waited for longer than
/// `patience_for_files` allow, and until the reading ends after all, by what it
/// said before.
///
/// Belongs to the thread of `io`.
class zone_resolver : public dns::resolver {
public:
  /// @param path a readable zone file (checked with the configuration)
  /// @param zone what it held at the time of that check
  zone_resolver(boost::asio::io_context& io, const log_sink& log,
                std::string path, dns::zone zone);

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override;

  /// Begins to read the file, unless it is being read; one that is faulty by
  /// now leaves the former records in force and is reported.
  void begin_refresh() override;

private:
  /// A question, until the file is read.
  struct waiting {
    dns::question asked;
    receiver done;
  };

  void look();
  void take_over(result<dns::zone> read);
  void refuse(const std::string& reason) const;
  void answer(const dns::question& asked, receiver done);
  void answer_all();

  boost::asio::io_context& io_;
  const log_sink& log_;
  std::string path_;
  dns::zone zone_;
  std::optional<work_aside<result<dns::zone>>> reading_; ///< of the file
  bool is_patient_ = false; ///< questions wait for it
  std::vector<waiting> waiting_;
  std::chrono::milliseconds pause_{}; ///< between two looks at it
  alarm again_;                       ///< for the next one
  lifetime life_;
};

} // namespace spfblock::server
