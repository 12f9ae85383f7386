// A file, plain or compressed, as its octets, piece by piece.
#pragma once

#include "core/support/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace spfblock::server {

/// What is left of a descriptor.  What gzip(1) wrote is decompressed, all
/// members of it; anything else is given as it is.
class octet_source {
public:
  /// @param descriptor stays open
  /// @param name what messages call it
  /// @return errc::temporary if it cannot be read
  static result<octet_source> of(int descriptor, std::string name);

  octet_source(octet_source&&) noexcept;
  octet_source& operator=(octet_source&&) noexcept;
  ~octet_source();

  /// The next piece, valid until the next call; empty at the end.
  /// @return errc::temporary if it cannot be read, or ends within what gzip
  ///         wrote: what could be read was given before
  [[nodiscard]] result<std::string_view> next();

private:
  struct state;
  explicit octet_source(std::unique_ptr<state> with);

  std::unique_ptr<state> state_; ///< never null, unless moved from
};

} // namespace spfblock::server
