// Whether what runs is what the configuration file says.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::reports {

/// What a running server's configuration was read from.
enum class configuration_source : std::uint8_t {
  file,     ///< the file, as it is or as it was before a refused reload
  accepted, ///< what was accepted before: the file was refused at the start
  none,     ///< neither: everything is answered 500
};

inline constexpr std::array<configuration_source, 3> configuration_sources{
    configuration_source::file, configuration_source::accepted,
    configuration_source::none};

/// The word for it in JSON and metrics: "file".
[[nodiscard]] std::string_view text_of(configuration_source source);

struct configuration_status {
  configuration_source running = configuration_source::file;
  /// When the file was refused last; nothing if it is in force.
  std::optional<std::chrono::sys_seconds> refused_at;
  std::string reason; ///< the first fault, and how many more; safe
  /// How often the file was read again since the start.
  std::uint64_t reloads = 0;
  /// What was read last is accepted, but not in force for the domains yet.
  bool is_applying = false;

  friend bool operator==(const configuration_status&,
                         const configuration_status&) = default;
};

/// What a health check says of it: what runs is not what the file says, and
/// was not before either.
[[nodiscard]] std::optional<std::string>
configuration_problem(const configuration_status& of);

/// One line of what to look at: the file was refused at the last reload or at
/// the start; nothing if it is in force.
[[nodiscard]] std::optional<std::string>
configuration_concern(const configuration_status& of);

} // namespace spfblock::reports
