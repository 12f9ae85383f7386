// The table in one file, for other programs.
#pragma once

#include "core/config/publish_section.hpp"
#include "core/domains/file_upkeep.hpp"
#include "core/exports/format.hpp"
#include "core/exports/heading.hpp"
#include "core/table/snapshot.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace spfblock::server {

/// Keeps one file up to date.
///
/// Whoever reads the file finds the former table or the present one, whole,
/// whenever this process or the machine stops (replace_file()).  It is written
/// only where what it says is something else, be it an earlier process that
/// wrote it.  Its heading, its serial and its time of modification are those of
/// the moment from which on it says so; they grow by a second at least, even
/// where the clock went back (RFC 1982 of the serial).
///
/// The file is readable for everybody who comes as far as its folder: mode
/// 0644, whatever the umask.  A device, a folder or the like is left alone.
///
/// Thread safety: one thread at a time.  keep() waits for the disk.
class table_file {
public:
  /// Octets of a file that can be compared; a longer one is written anew by
  /// each process.
  static constexpr std::size_t longest_compared = std::size_t{512} << 20U;

  /// What came of keep().
  struct report {
    domains::file_upkeep::outcome how = domains::file_upkeep::outcome::failed;
    exports::contents contents{}; ///< of the file; unless `early` or `failed`
    /// Since when the file says what it says; nothing: there is none.
    std::optional<std::chrono::sys_seconds> changed_at{};
    std::string trouble{}; ///< why it `failed`
  };

  /// @param of its path is absolute
  /// @param from of the files that are written
  table_file(config::published_file of, exports::provenance from);

  /// Whether a file that says something else may be replaced.
  enum class replaceable : bool { no, yes };

  /// Sees that the file says what the table says.  Costs next to nothing where
  /// it did so with this table before and nobody touched it since.
  report keep(const std::shared_ptr<const table::snapshot>& table,
              replaceable former, std::chrono::sys_seconds now);

private:
  /// What tells a file from one that took its place or was changed.
  struct identity {
    dev_t device = 0;
    ino_t number = 0;
    off_t size = 0;
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;

    friend bool operator==(const identity&, const identity&) = default;
  };

  [[nodiscard]] std::optional<identity> look() const;
  [[nodiscard]] std::string document(const table::snapshot& of,
                                     std::chrono::sys_seconds at) const;
  [[nodiscard]] bool says(const table::snapshot& table, const identity& there);
  report write(const table::snapshot& table, std::chrono::sys_seconds at);
  report kept(domains::file_upkeep::outcome how,
              const std::shared_ptr<const table::snapshot>& table);

  config::published_file of_;
  exports::provenance from_;
  std::weak_ptr<const table::snapshot> table_; ///< that the file is of
  std::optional<identity> file_;               ///< as it was then
  report last_;                                ///< of then
  bool is_clean_ = false; ///< nothing lies there of a process that was killed
};

} // namespace spfblock::server
