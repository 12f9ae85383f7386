// Answers from a zone file, read again at each refresh.
#pragma once

#include "core/dns/resolver.hpp"
#include "core/dns/zone.hpp"
#include "core/support/result.hpp"
#include "core/support/timestamp.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace spfblock::server {

/// The embedded name server of the demo.
///
/// The file is read by a thread that can be left behind.  What is asked
/// meanwhile is answered by what it says; after `patience_for_files`, and until
/// the reading ends after all, by what it said before.
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
  std::future<result<dns::zone>> reading_; ///< valid while the file is read
  moment patient_until_;                   ///< with that
  bool is_patient_ = false;                ///< questions wait for it
  std::vector<waiting> waiting_;
  std::chrono::milliseconds pause_{}; ///< between two looks at it
  alarm again_;                       ///< for the next one
  lifetime life_;
};

} // namespace spfblock::server
