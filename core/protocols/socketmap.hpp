// The server's side of a socketmap_table(5) connection: octets in, octets out.
#pragma once

#include "core/protocols/client_names.hpp"
#include "core/protocols/lookup.hpp"
#include "core/protocols/netstring.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Takes the octets of a connection in whatever pieces they come and gives the
/// replies, the same for any cut of the stream.  Requests and replies are
/// netstrings.
///
///     NAME KEY   an address in the table: `OK ACTION`; any other key, be it a
///                host name, "unknown" or garbage: `NOTFOUND `; of an address
///                that follows a host name that name may decide (client_names)
///     else       `PERM ` and a reason
///
/// The NAME is the client's own affair: there is one table.  `NOTFOUND ` in
/// every doubt, since Postfix makes a PERM a deferred mail (socketmap_table(5),
/// Postfix dict_sockmap.c).
///
/// What is no netstring, or one of over `longest_request` octets, gets no reply
/// and ends the conversation: where the next one begins is not known then.
///
/// Knows nothing of sockets and holds no more than one unfinished request.
class socketmap {
public:
  /// Octets of a request without the frame.  Postfix sends at most a name and
  /// an SMTP line (2,048).
  static constexpr std::uint32_t longest_request = 8192;

  /// Appends the replies to the requests that `bytes` completes to `replies`.
  /// @return how many of the octets were taken: all, unless `replies` holds
  ///         enough; the others are to be fed once those are sent
  /// @pre not finished()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies);

  /// Whether the connection is to be closed once the replies are sent.
  [[nodiscard]] bool finished() const noexcept { return requests_.broken(); }

private:
  netstring_reader requests_{longest_request};
  client_names names_;
};

} // namespace spfblock::protocols
