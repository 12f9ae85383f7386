// To whom mail is let through, whoever sends it.
#pragma once

#include "core/support/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spfblock::table {

/// A set of mail addresses: whole ones (`list@example.org`), local parts at any
/// domain (`postmaster`), whole domains (`@example.org`).
///
/// Upper and lower case are the same in all of it: RFC 5321 §4.5.1 wants that
/// of postmaster, and nobody keeps apart what differs in case only.  So are the
/// U-labels of a domain and their A-labels (dns::ascii_form()).
///
/// Regular value type.  Thread safety: immutable.
class recipients {
public:
  /// Longest entry, in octets: a path of RFC 5321 §4.5.3.1.3.
  static constexpr std::size_t longest = 254;

  recipients() = default;

  /// @return errc::malformed for an entry that is none of the three forms
  static result<recipients> of(const std::vector<std::string>& entries);

  /// @param recipient as smtpd has it: LOCAL@DOMAIN, or LOCAL alone; what was
  ///        quoted comes without quotes, so LOCAL may hold an @
  [[nodiscard]] bool contains(std::string_view recipient) const;

  friend bool operator==(const recipients&, const recipients&) = default;

private:
  std::vector<std::string> entries_; ///< as they are compared, sorted
};

} // namespace spfblock::table
