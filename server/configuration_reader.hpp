// Reads the configuration again while the service runs.
#pragma once

#include "server/configuration.hpp"
#include "server/patient_loading.hpp"
#include "server/system/lifetime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string>

namespace spfblock::server {

/// Reads the file beside the thread of `io`: a large one takes a while, one
/// that does not come to its end longer.
///
/// Belongs to the thread of `io`.
class configuration_reader {
public:
  /// What those who have it read do about it.
  struct steps {
    std::function<void()> begun; ///< a reading begins
    /// What the lists gave when they were read last.
    std::function<config::list_sizes()> former;
    std::function<void(loaded_configuration)> take; ///< it has ended
  };

  /// @param path of the configuration file
  configuration_reader(boost::asio::io_context& io, std::string path,
                       steps of_it);

  /// Reads the file; once more after the present reading, if there is one,
  /// since that may be of what the file said before.
  void read();

  /// A reading has begun and was not taken.
  [[nodiscard]] bool is_reading() const noexcept { return is_reading_; }

  /// Nothing is taken from now on.
  void end() { life_.end(); }

private:
  void taken(loaded_configuration loaded);

  boost::asio::io_context& io_;
  std::string path_;
  steps steps_;
  bool is_reading_ = false;
  bool reads_again_ = false; ///< once this one is taken
  patient_loading loading_;  ///< of loader_
  lifetime life_;            ///< until end()
  boost::asio::thread_pool loader_{1};
};

} // namespace spfblock::server
