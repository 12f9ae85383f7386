// What Postfix is told to do with a listed client: the right-hand side of
// access(5), with places to fill in.
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/support/result.hpp"
#include "core/table/access_result.hpp"
#include "core/table/placeholder.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::table {

/// A validated access(5) result, ready to be sent as a tcp_table(5) reply.
///
/// `{domain}`, `{network}`, `{address}` and `{since}` stand for the listed
/// domain, the matching network, the client, and the day since which the record
/// authorises that network.  Everything that can be done in advance is done in
/// parse() and bind(): encoding, the domain and the day.
///
/// Copies share what is in it, since many domains have the same action: one
/// takes no more than a pointer.  Regular value type.  Thread safety:
/// immutable.
class action {
public:
  /// Longest reply that Postfix reads, in octets with its LF (DICT_TCP_MAXLEN
  /// in Postfix's dict_tcp.c).
  static constexpr std::size_t longest_reply = 4096;

  /// Octets that a domain takes up in a reply at most; bind() cuts the rest.
  /// No name in letters, digits and hyphens is longer (RFC 1035 §2.3.4).
  static constexpr std::size_t longest_domain = 253;

  /// What `{since}` stands for: YYYY-MM-DD, or this where no day is known, as
  /// for a network listed by hand.
  static constexpr std::string_view no_day = "-";

  /// Validates `text`: check_access_result(), and every name in braces is a
  /// placeholder.  With the longest values filled in, the reply must fit
  /// `longest_reply`: about fifteen `{domain}` do.
  /// @return errc::malformed; the message ends with what was expected, in
  ///         parentheses; the offset is that of the offending octet or word
  static result<action>
  parse(std::string_view text,
        const std::vector<std::string>& restriction_classes = {});

  /// Whether `{since}` is in it.
  [[nodiscard]] bool tells_since() const noexcept;

  /// This action for one listing: `domain` and `since` put in, encoded for the
  /// wire.
  /// @param since a day as YYYY-MM-DD, or `no_day`
  [[nodiscard]] action bind(std::string_view domain,
                            std::string_view since = no_day) const;

  /// Appends "200 ", the action, encoded as tcp_table(5) wants it (every
  /// octet of it printable ASCII other than %, or %XX), and LF.
  /// At most `longest_reply` octets.  Cheap where nothing is left to fill in.
  /// @pre bound
  void append_reply(std::string& out, const net::ip_address& address,
                    const net::ip_prefix& network) const;

  /// The action in plain UTF-8, as a file of Postfix has it.
  /// @param address stands for `{address}`
  /// @pre bound
  [[nodiscard]] std::string filled(const net::ip_prefix& network,
                                   std::string_view address) const;

  /// The same for all of a network: `{address}` is the only address in it, or
  /// the network itself.
  /// @pre bound
  [[nodiscard]] std::string filled(const net::ip_prefix& network) const;

  /// Whether Postfix takes no mail from such a client, whatever else is
  /// configured: blocks_mail().  What a restriction class does is not known, so
  /// it does not count.
  [[nodiscard]] bool blocks() const noexcept { return blocks_mail(text()); }

  /// As written in the configuration.
  [[nodiscard]] const std::string& text() const noexcept {
    return *content_->text;
  }

  friend bool operator==(const action& a, const action& b) {
    return a.content_ == b.content_ || a.text() == b.text();
  }

private:
  /// A place in a reply where something is put in.
  struct slot {
    std::size_t offset;
    placeholder stands_for;
  };

  struct content {
    std::shared_ptr<const std::string> text; ///< the same of all that are bound
    std::string reply = {};       ///< encoded, "200 " to LF, no placeholders
    std::vector<slot> slots = {}; ///< in order of their offsets
    bool bound = false;
  };

  explicit action(content of)
      : content_{std::make_shared<const content>(std::move(of))} {}

  static content compiled(std::string_view text);
  static std::size_t longest_filled(const content& of) noexcept;

  std::shared_ptr<const content> content_;
};

} // namespace spfblock::table
