// The Public Suffix List (https://publicsuffix.org), by libpsl.
#pragma once

#include "core/dns/name.hpp"

#include <memory>
#include <optional>

namespace spfblock::server {

/// Under which suffixes anybody can register a domain: the list that the system
/// has, or the one that libpsl was built with, whichever is newer.
///
/// Thread safety: any number of readers.
class public_suffixes {
public:
  public_suffixes();
  ~public_suffixes();
  public_suffixes(const public_suffixes&) = delete;
  public_suffixes& operator=(const public_suffixes&) = delete;

  /// The domain right under a public suffix that `of` is or lies below:
  /// example.co.uk of mail.example.co.uk.  A top-level domain that the list
  /// does not know is a suffix.
  /// @return nothing if `of` is a public suffix, or no name that can be
  ///         registered
  [[nodiscard]] std::optional<dns::name>
  registrable_domain(const dns::name& of) const;

private:
  struct list;
  std::unique_ptr<list> list_;
};

} // namespace spfblock::server
