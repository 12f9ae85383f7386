// A text that outlives the process.
#pragma once

#include "core/support/failure.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace spfblock::server {

/// One text in one file.  Whoever reads the file finds a text that was saved,
/// whole, whenever the writer or the machine stops.
///
/// PATH.new and PATH.lock lie beside it.  At most one writer: flock(2) on
/// PATH.lock, taken at the first save() and held for life; the file is not
/// removed, and where somebody else does, the next save() takes a new one.
/// Machines that share the folder exclude each other only if its file system
/// carries flock(2) between them.
///
/// A device, a folder or the like at PATH is a failure and left alone.
///
/// Failures are errc::temporary and name the file in trouble and the reason:
/// `cannot write "/var/lib/spfblock/state.json.new": No space left on device`.
///
/// Thread safety: one thread at a time.  All functions wait for the disk.
class state_file {
public:
  /// A text holds at most this many bytes: 256 MiB.
  static constexpr std::size_t longest = std::size_t{256} << 20U;

  /// Touches nothing yet.
  /// @param mode of the file, less the umask
  /// @pre `path` is not empty
  explicit state_file(std::string path, mode_t mode = 0640);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// The text last saved, by any process; nothing if there is no such file.
  /// @return that, or failure if it cannot be read, or is waited for longer
  ///         than patience_for_files allow, or is over `longest`
  [[nodiscard]] result<std::optional<std::string>> load() const;

  /// Moves the file, which the caller has no use for, to another name for a
  /// person to look at; replaces an older one.  Does not ask for the lock.
  /// @param as what is put behind PATH: ".damaged"
  /// @return the new name, or failure if it cannot be moved
  [[nodiscard]] result<std::string> put_aside(const std::string& as) const;

  /// Replaces the text, by PATH.new and replace_file().
  ///
  /// The new file has its mode whatever the former one had; a symbolic link at
  /// PATH is replaced, not followed.
  ///
  /// @return nothing if the text is safe on the disk.  Otherwise the failure;
  ///         PATH.new is gone and the former text stays, unless only the
  ///         folder's fsync(2) failed: then either may be found after a power
  ///         loss.  "another spfblock writes PATH" as long as one holds the
  ///         lock: it may be stopping, the next call tries again
  [[nodiscard]] std::optional<failure> save(std::string_view text);

private:
  [[nodiscard]] std::optional<failure> lock();

  std::string path_;
  mode_t mode_;
  descriptor lock_;
};

} // namespace spfblock::server
