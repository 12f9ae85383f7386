// Reading the configuration where nobody may wait for a disk for ever.
#pragma once

#include "core/support/timestamp.hpp"
#include "server/configuration.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// As load_configuration(), on a thread of its own: a file that does not come
/// to its end (a FIFO among the lists, a network file system whose server is
/// away) is a fault, not a service that answers nobody or a command that hangs.
///
/// A thread that still waits is left behind with what it reads; there are never
/// more than `most_left_behind`.
///
/// Belongs to one thread.
class patient_loading {
public:
  /// So long a file may take that is read at all.
  static constexpr std::chrono::seconds patience{10};

  static constexpr std::size_t most_left_behind = 8;

  explicit patient_loading(std::chrono::milliseconds patient_for = patience)
      : patience_{patient_for} {}

  /// Waits for the outcome.
  /// @return a fault, too, where it takes longer than `patience`, or where too
  ///         many before still do
  /// @pre none is under way
  [[nodiscard]] loaded_configuration load(const std::string& path,
                                          const config::list_sizes& former);

  /// The same for those who must not wait: outcome() has it.
  /// @pre none is under way
  void begin(const std::string& path, const config::list_sizes& former);

  /// Whether there was a begin() whose outcome was not taken.
  [[nodiscard]] bool is_under_way() const noexcept {
    return present_.has_value();
  }

  /// What load() would have returned; nothing as long as it is still read.
  /// @pre is_under_way()
  [[nodiscard]] std::optional<loaded_configuration> outcome();

private:
  using future = std::future<loaded_configuration>;

  struct attempt {
    std::string path;
    future loaded; ///< not valid: too many are left behind
    moment limit;
  };

  loaded_configuration fault(std::string what);

  std::chrono::milliseconds patience_;
  std::optional<attempt> present_;
  std::vector<future> left_behind_;
};

/// The same for a command, which reads once.
[[nodiscard]] loaded_configuration load_patiently(const std::string& path);

} // namespace spfblock::server
