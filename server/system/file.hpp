// Whole files.
#pragma once

#include "core/support/failure.hpp"
#include "core/support/result.hpp"
#include "server/system/patience.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace spfblock::server {

/// What a file may hold at most, in bytes, where nothing else is said: 64 MiB.
constexpr std::size_t longest_file = std::size_t{64} << 20U;

/// Reads a regular file, or what else ends, of at most `longest` bytes.
/// @param by is told from when to when the file is waited for, and what comes;
///        null: nobody
/// @return its content, or errc::temporary with "cannot read PATH: REASON"
result<std::string> read_file(const std::string& path,
                              std::size_t longest = longest_file,
                              reading* by = nullptr);

/// As read_file(), but a file that is not there is nothing and no failure.
result<std::optional<std::string>>
read_file_if_any(const std::string& path, std::size_t longest = longest_file,
                 reading* by = nullptr);

/// `path` as what stands in `folder` means it, without "." and "..".
[[nodiscard]] std::string resolved(const std::filesystem::path& folder,
                                   const std::string& path);

/// The same for all names of a file and all links to it; empty where nothing is
/// there.
[[nodiscard]] std::string identity_of(const std::string& path);

/// `cannot ACT "PATH": REASON`, by errno; errc::temporary.
[[nodiscard]] failure cannot(const char* act, const std::string& path);

/// Who may do what with a file, and how old it is.
struct file_access {
  uid_t user;
  gid_t group;
  mode_t mode; ///< permissions alone
  /// When it was last modified; nothing: now.
  std::optional<std::chrono::sys_seconds> modified{};
};

/// That of a file, or of what a symbolic link leads to; nothing where it cannot
/// be told.
[[nodiscard]] std::optional<file_access> access_of(const std::string& path);

/// Replaces a file, or makes it: whoever reads it finds the former text or the
/// new one, whole, whenever this process or the machine stops.  The new text is
/// written and fsync(2)ed under another name, takes `path` by rename(2), and
/// the folder is fsync(2)ed.  A symbolic link is replaced, not followed.
///
/// @param fresh the other name, in the same folder; what is there goes
/// @param mode of the file, less the umask
/// @param access if given, exactly that instead, whatever the umask
/// @return nothing if the text is safe on the disk.  Otherwise the failure,
///         which names the file in trouble; `fresh` is gone and the former text
///         stays, unless only the folder's fsync(2) failed: then either may be
///         found after a power loss
[[nodiscard]] std::optional<failure>
replace_file(const std::string& path, const std::string& fresh,
             std::string_view text, mode_t mode,
             const std::optional<file_access>& access = std::nullopt);

} // namespace spfblock::server
