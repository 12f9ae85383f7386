// What is to be said of how a Postfix is set up.
#pragma once

#include <cstdint>
#include <string>

namespace spfblock::postfix {

enum class verdict : std::uint8_t {
  good,
  concern, ///< it works, but not as well as it might
  wrong,   ///< mail is lost, deferred or not looked at
};

struct finding {
  verdict how = verdict::good;
  std::string where; ///< "main.cf: smtpd_client_restrictions", or another place
  std::string what;
  /// A server is asked of which nobody here knows.
  bool is_of_stranger = false;

  /// As a line: the place, "warning: " of a concern, what.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const finding&, const finding&) = default;
};

} // namespace spfblock::postfix
