// Another user of this machine, and what he may read.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace spfblock::server {

struct user {
  std::string name;
  uid_t number = 0;
  gid_t group = 0; ///< the first; others are looked up by the name
};

/// The user of that name; nothing if there is none.
[[nodiscard]] std::optional<user> user_named(const std::string& name);

/// A file or folder, and why it cannot be opened for reading.
struct unreadable_file {
  std::string path;
  std::string reason;
};

/// Tries which of the files and folders the user may open for reading, in a
/// process that has become him.
/// @pre this process is root's and has one thread
/// @return those that he may not; nothing if it cannot be tried
[[nodiscard]] std::optional<std::vector<unreadable_file>>
unreadable_to(const user& who, const std::vector<std::string>& paths);

} // namespace spfblock::server
