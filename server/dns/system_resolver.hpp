// Asks the name servers of /etc/resolv.conf, whoever they are at the time.
#pragma once

#include "core/dns/resolver.hpp"
#include "server/dns/dns_client.hpp"
#include "server/system/alarm.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// A dns_client whose servers are those of a file in the form of
/// resolv.conf(5).  The file is looked at before a question is asked, once a
/// second at most, and read again when it is another one (its inode, size or
/// time of change).
///
/// Where the file is not there, is no file or names no server, 127.0.0.1 is
/// asked, as the C library does.  While a machine starts the file may be yet to
/// come: for the time of `patience`, what failed then is asked again when
/// servers are named.
///
/// Who is asked is logged where it is not who was asked before.
class system_resolver : public dns::resolver {
public:
  /// @param by its servers are those of the file
  /// @param totals of the client and of the one before it, not null
  system_resolver(boost::asio::io_context& io, const log_sink& log,
                  std::string path, dns_client::settings by,
                  std::shared_ptr<dns_totals> totals,
                  std::chrono::seconds patience);

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override;

private:
  /// Which file it is, in which state.
  struct identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const identity&, const identity&) = default;
  };

  /// A question that failed while no server was named.
  struct waiting {
    dns::question asked;
    std::shared_ptr<dns::asker> by;
    receiver done;
  };

  [[nodiscard]] std::optional<identity> look() const;
  void read();
  void read_if_changed();
  void use(std::vector<net::scoped_endpoint> named);
  void ask_later(waiting what);
  void ask_again();

  const log_sink& log_;
  std::string path_;
  moment patient_until_;
  moment looked_;
  std::optional<identity> seen_;           ///< nothing: the file was not there
  bool named_ = false;                     ///< the file names a server
  std::vector<net::scoped_endpoint> told_; ///< to the log, last
  dns_client client_;
  std::vector<waiting> waiting_;
  alarm again_; ///< for waiting_
};

/// Tells the log who is asked, and who cannot be at the moment.
/// @param from the file that names them, or the setting
void tell_servers(const std::vector<net::scoped_endpoint>& servers,
                  const std::string& from, const log_sink& log);

} // namespace spfblock::server
