// The file of `allow.seen`, as `spfblock replay --seen` writes it.
#pragma once

#include "core/config/seen_list.hpp"
#include "server/exit_status.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::server {

/// A file of seen networks from before a log is read until after.
class seen_file {
public:
  /// Reads what former runs found; a file that is not there holds nothing.
  /// @return an exit status where it cannot be read, or is faulty, which was
  ///         said on stderr: what a person edited is not to be lost
  static std::variant<seen_file, exit_status> read(std::string path);

  [[nodiscard]] const std::vector<config::seen_network>&
  networks() const noexcept {
    return networks_;
  }

  /// Replaces the file, in one step, unless another process has meanwhile.
  /// A new one has owner, group and mode of `like` where this user may give
  /// them.
  /// @return an exit status where that failed, which was said on stderr
  [[nodiscard]] std::optional<exit_status>
  replace(const std::vector<config::seen_network>& by,
          const std::string& like) const;

private:
  seen_file(std::string path, std::optional<std::string> text)
      : path_{std::move(path)},
        text_{std::move(text)} {}

  std::string path_;
  std::optional<std::string> text_; ///< as it was read; nothing: no file
  std::vector<config::seen_network> networks_;
};

} // namespace spfblock::server
