// Whether an smtpd gets to a UNIX socket.
#pragma once

#include "core/postfix/finding.hpp"
#include "core/postfix/place.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::postfix {

/// A user and the one group that a service of Postfix keeps: it gives up all
/// others.
struct account {
  std::uint64_t user = 0;
  std::uint64_t group = 0;
};

enum class file_kind : std::uint8_t {
  nothing,
  unseen, ///< whoever looks may not see it
  folder,
  socket,
  other,
};

/// What stands at a path, links followed.
struct file_facts {
  file_kind kind = file_kind::nothing;
  unsigned mode = 0; ///< the nine bits of permission
  account owner{};
  /// Where the path leads if it is a link itself, to an absolute path.
  std::string link_to{};
};

/// The machine that Postfix runs on.
class machine {
public:
  machine() = default;
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  virtual ~machine() = default;

  /// @return nothing if there is no such user
  [[nodiscard]] virtual std::optional<account>
  account_of(const std::string& user) const = 0;

  [[nodiscard]] virtual file_facts look_at(const std::string& path) const = 0;
};

/// What keeps the smtpd from connecting to the socket at a path, as its
/// restriction has it: in a chroot, and for a path without a slash at its
/// front, the way begins at the queue directory.
///
/// A socket that is not there is a concern: whoever makes it may not have been
/// started.
/// Source: path_resolution(7), unix(7), Postfix chroot_uid.c.
[[nodiscard]] std::vector<finding>
judge_way(const asking_place& at, const std::string& path, const machine& on);

} // namespace spfblock::postfix
