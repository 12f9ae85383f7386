// What somebody wants to know of the history.
#pragma once

#include "core/history/entry.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::history {

/// Which entries are wanted.
struct question {
  std::string listing;                    ///< a domain or a network; empty: all
  std::optional<net::ip_address> address; ///< only what names it
  std::chrono::sys_seconds since{};

  /// @param about a domain, a network of the configuration or an address, or
  ///        empty
  /// @return errc::malformed for anything else
  [[nodiscard]] static result<question> about(std::string_view about);
};

/// Picks the entries that answer a question from the lines of a history, and of
/// those that answer one about an address the networks that hold it.
class inquiry {
public:
  /// @param to gets the entries, in order
  inquiry(question what, std::function<void(entry)> to)
      : what_{std::move(what)},
        to_{std::move(to)} {}

  /// The next line; any octets.
  void read(std::string_view line);

  /// Since when the history knows anything.
  [[nodiscard]] const std::optional<std::chrono::sys_seconds>&
  begins() const noexcept {
    return begins_;
  }

  /// How many entries that may be about the address do not name all networks.
  [[nodiscard]] std::uint64_t cut() const noexcept { return cut_; }

private:
  [[nodiscard]] bool answers(entry& of);

  question what_;
  std::function<void(entry)> to_;
  std::optional<std::chrono::sys_seconds> begins_;
  std::uint64_t cut_ = 0;
};

} // namespace spfblock::history
