// One process at a time.
#pragma once

#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace spfblock::server {

/// Keeps other processes that take the same folder away from it: flock(2) of
/// the folder itself, so that nothing is left behind.  Ends with this object,
/// or with the process, however that ends.
///
/// Machines that share the folder exclude each other only if its file system
/// carries flock(2) between them.
class folder_lock {
public:
  /// Waits for whoever holds it, but no longer than `patience`.
  /// @return errc::temporary, with the folder and the reason, where it cannot
  ///         be had
  static result<folder_lock> take(const std::string& folder,
                                  std::chrono::milliseconds patience);

private:
  explicit folder_lock(descriptor of) : of_{std::move(of)} {}

  descriptor of_;
};

} // namespace spfblock::server
