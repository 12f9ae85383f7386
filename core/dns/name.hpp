// Domain names as values (RFC 1035 §3.1).
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::dns {

/// An absolute domain name: labels of 1 to 63 octets, at most 255 octets in
/// wire format with the root label (class invariant).
///
/// Letters A to Z are folded to lower case when the name is made, so equality
/// and hash follow the DNS (RFC 4343).  Any other octet may stand in a label;
/// names come from the enemy.  Regular value type.
class name {
public:
  /// The root.
  name() = default;

  /// Reads "mail.example.com" or "mail.example.com.": labels between dots,
  /// every other octet literally.  There are no escapes: in an SPF domain-spec
  /// a backslash is a backslash (RFC 7208 §7.1).  "." is the root.
  /// @return errc::malformed: empty text, empty label, label over 63 octets,
  ///         name over 255; the offset is that of the label
  static result<name> from_text(std::string_view text);

  /// Reads an uncompressed name in wire format that fills `wire`.
  /// @return errc::malformed
  static result<name> from_wire(std::string_view wire);

  /// Lower-case wire format with the root label, uncompressed.
  [[nodiscard]] const std::string& wire() const noexcept { return wire_; }

  /// Presentation format without a final dot, "." for the root; dots and
  /// backslashes within a label as `\.` and `\\`, octets outside printable
  /// ASCII, and blanks, as `\DDD` (RFC 4343 §2.1).  Safe for logs.
  [[nodiscard]] std::string to_string() const;

  /// How many labels, not counting the root.
  [[nodiscard]] std::size_t label_count() const noexcept;

  /// Whether it is `other` or a name below it.
  [[nodiscard]] bool is_at_or_below(const name& other) const noexcept;

  [[nodiscard]] bool is_root() const noexcept { return wire_.size() == 1; }

  friend bool operator==(const name&, const name&) = default;
  friend auto operator<=>(const name&, const name&) = default;

private:
  explicit name(std::string wire) : wire_{std::move(wire)} {}

  std::string wire_ = std::string(1, '\0');
};

} // namespace spfblock::dns

template <>
struct std::hash<spfblock::dns::name> {
  std::size_t operator()(const spfblock::dns::name& n) const noexcept {
    return std::hash<std::string>{}(n.wire());
  }
};
