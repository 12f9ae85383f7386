// A domain-spec: the text behind `:` or `=` that names a domain, with macros
// (RFC 7208 §7).
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/macro.hpp"
#include "core/support/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::spf {

/// A parsed macro-string, of a domain-spec or an unknown modifier.
///
/// In a message of a failure text from outside is quoted.  Nothing is limited
/// here but by the length of the text; every function is linear in it.
class domain_spec {
public:
  /// A macro, or literal text in which %%, %_ and %- are replaced already; two
  /// literal texts never stand side by side.
  using part = std::variant<std::string, macro>;

  domain_spec() = default;

  /// Parses a domain-spec: a macro-string that ends in a toplabel with an
  /// optional dot, or in a macro-expand (RFC 7208 §7.1, domain-end).  That the
  /// DNS can have such a name is not looked at: see expand().
  /// @return errc::malformed; the offset is within `text`
  static result<domain_spec> parse(std::string_view text);

  /// Parses any macro-string, as in an unknown modifier (RFC 7208 §6): the
  /// same without the rule for its end.  May be empty.
  static result<domain_spec> parse_macro_string(std::string_view text);

  /// The first macro that depends on the sender or the client (s l i p h), so
  /// that no list can hold what the term means; as to_string() writes it:
  /// "%{ir}".
  [[nodiscard]] std::optional<std::string> unlistable_macro() const;

  /// Whether one of these macros stands in it, as "v": IPv4 and IPv6 clients
  /// are sent to different names then.
  /// @param letters in lower case
  [[nodiscard]] bool has_macro(std::string_view letters) const noexcept;

  /// Puts the values in, cuts labels from the left until at most 253 octets
  /// are left (RFC 7208 §7.3), and reads the result as a name.  One final dot
  /// is dropped before.
  /// @return errc::malformed if it is no domain name (an empty label, a label
  ///         over 63 octets): the DNS has no such name; the offset says nothing
  /// @pre no unlistable_macro(), or the values are those of a mail
  [[nodiscard]] result<dns::name> expand(const macro_values& values) const;

  [[nodiscard]] const std::vector<part>& parts() const noexcept {
    return parts_;
  }

  /// The text in a canonical spelling, printable ASCII, that parses to an equal
  /// value: macro letters keep their case, the transformer is "r", %20 is "%-".
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const domain_spec&, const domain_spec&) = default;

private:
  std::vector<part> parts_;
};

} // namespace spfblock::spf
