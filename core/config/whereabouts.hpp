// Where a running server is asked, whatever else its configuration says.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/problem.hpp"
#include "core/net/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// The addresses of a server.
struct whereabouts {
  /// Where clients ask, and how; nothing: the door that is wanted is not there.
  std::optional<listener> lookups = listener{};
  std::optional<net::endpoint> admin = default_admin; ///< nothing: off
  /// Beside which its history lies; as it is written, empty: nowhere.
  std::string state_file{default_state_file};
  /// Why a default had to stand in.
  std::vector<json::problem> faults;
};

/// What `listen`, `admin` and `state_file` of a configuration say.  Faults
/// elsewhere do not matter, and the files that it names are not needed; a fault
/// here leaves the default.  Of `listen` that is the first with the door.
/// @param file how the problems name it
/// @param wanted nothing: tcp_table where there is one, or else any
[[nodiscard]] whereabouts
whereabouts_in(std::string_view text, const std::string& file,
               std::optional<protocols::door> wanted = std::nullopt);

/// What a server can do of a configuration that it refuses: the defaults, with
/// `listen` and `admin` as far as they can be read.  Nothing is listed, and no
/// state is kept.
/// @return `listen` is empty where none of it can be read
[[nodiscard]] settings doors_in(std::string_view text);

} // namespace spfblock::config
