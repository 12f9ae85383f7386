// The history on the disk: lines that are only ever added.
#pragma once

#include "core/history/question.hpp"
#include "core/support/failure.hpp"
#include "server/system/descriptor.hpp"

#include <chrono>
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

/// The files of a history as they are now, to be read: what is renamed
/// meanwhile is met, and lines that are added are read or not.  Files may lack,
/// and hold anything: a line of over 4 MiB, which no history has, is left out.
///
/// Thread safety: one thread at a time.  Waits for the disk.
class history_files {
public:
  /// Gets a line, without LF.
  /// @return whether the next one is wanted
  using receiver = std::function<bool(std::string_view line)>;

  /// Opens them.
  explicit history_files(const std::string& path);

  [[nodiscard]] std::size_t count() const noexcept { return files_.size(); }

  /// Gives the lines of one, the oldest first.
  /// @param number 0 is the newest file
  void read(std::size_t number, const receiver& line);

  /// The first file that could not be read.
  [[nodiscard]] const std::optional<failure>& trouble() const noexcept {
    return trouble_;
  }

private:
  struct opened_file {
    std::string name;
    descriptor file;
  };
  std::vector<opened_file> files_; ///< the newest first
  std::optional<failure> trouble_;
};

/// Has the newest file answer, then the one before it, and so on: each its
/// lines in their order.
/// @param is_enough asked at the end of each file
void inquire_backwards(history_files& of, history::inquiry& by,
                       const std::function<bool()>& is_enough);

/// When the oldest entry is of; nothing where there is none.
[[nodiscard]] std::optional<std::chrono::sys_seconds>
begin_of(history_files& of);

/// What came of reading a history.
struct history_read {
  unsigned files = 0;             ///< that were there
  std::optional<failure> trouble; ///< the first file that could not be read
};

/// Gives the lines of a history (history_files), without LF, the oldest first.
history_read read_history(const std::string& path,
                          const std::function<void(std::string_view)>& line);

} // namespace spfblock::server
