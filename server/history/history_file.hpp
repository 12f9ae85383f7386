// The history on the disk: lines that are only ever added.
#pragma once

#include "core/support/failure.hpp"
#include "server/system/descriptor.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace spfblock::server {

/// How large a history may become.
struct history_bounds {
  std::size_t octets = std::size_t{16} << 20U; ///< of a file, about
  unsigned former = 15; ///< files that were full, beside the present one
};

/// Where the history of a server lies that keeps this state: beside it.
[[nodiscard]] std::string history_path(const std::string& state_file);

/// The present file, to be added to.  When it is full it becomes PATH.1, what
/// was that PATH.2 and so on; the last one goes.
///
/// What append() returned well from is on the disk.  A process that ends within
/// it leaves whole lines, but for the last one; the next line then begins on a
/// line of its own.  At most one process adds: flock(2) on the file.
///
/// Failures are errc::temporary and name the file and the reason.
///
/// Thread safety: one thread at a time.  Waits for the disk.
class history_file {
public:
  /// Touches nothing yet.
  /// @pre `path` is not empty
  explicit history_file(std::string path, history_bounds within = {});

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Adds whole lines.
  /// @return nothing if they are on the disk; else none of them is, as far as
  ///         that can be had
  [[nodiscard]] std::optional<failure> append(std::string_view lines);

private:
  [[nodiscard]] std::optional<failure> open();
  [[nodiscard]] std::optional<failure> make_room(std::size_t octets);
  [[nodiscard]] std::optional<failure> write_all(std::string_view octets);

  std::string path_;
  history_bounds bounds_;
  descriptor file_;
  std::size_t size_ = 0;
  bool is_torn_ = false; ///< no LF at its end
};

/// What came of reading a history.
struct history_read {
  unsigned files = 0;             ///< that were there
  std::optional<failure> trouble; ///< the first file that could not be read
};

/// Gives the lines of a history, without LF, the oldest first; what was written
/// meanwhile or not.  Files may lack, and hold anything: a line of over 4 MiB,
/// which no history has, is left out.
history_read read_history(const std::string& path,
                          const std::function<void(std::string_view)>& line);

} // namespace spfblock::server
