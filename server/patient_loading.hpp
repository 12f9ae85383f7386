// Reading the configuration where nobody may wait for a disk for ever.
#pragma once

#include "server/configuration.hpp"
#include "server/system/patience.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::server {

/// As load_configuration(), on a thread of its own: a file that does not come
/// to its end (a FIFO, a network file system whose server is
/// away) is a fault, not a service that answers nobody or a command that hangs.
///
/// A thread that still waits is left behind with what it reads; there are never
/// more than `most_left_behind`.
class patient_loading {
public:
  static constexpr std::size_t most_left_behind = 8;

  /// @param patient_for how long may be waited for files, if nothing comes
  explicit patient_loading(
      std::chrono::milliseconds patient_for = patience_for_files)
      : patience_{patient_for} {}

  /// @return a fault, too, which names the file, where it is waited for longer
  ///         than that, or where too many before still are
  [[nodiscard]] loaded_configuration load(const std::string& path,
                                          const config::list_sizes& former);

private:
  std::chrono::milliseconds patience_;
  std::vector<work_aside<loaded_configuration>> left_behind_;
};

/// The same for a command, which reads once.
[[nodiscard]] loaded_configuration load_patiently(const std::string& path);

} // namespace spfblock::server
