// The server's side of a tcp_table(5) connection: octets in, octets out.
#pragma once

#include "core/protocols/client_names.hpp"
#include "core/protocols/framing.hpp"
#include "core/protocols/lookup.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Takes the octets of a connection in whatever pieces they come and gives the
/// replies, the same for any cut of the stream.
///
///     get KEY   an address in the table: 200 ACTION; any other key, be it a
///               host name, "unknown" or garbage: 500 not listed; of an address
///               that follows a host name that name may decide (client_names)
///     put ...   500: the table is read-only
///     else      400 and a reason; a %XX that is none too
///
/// 500 in every doubt, since Postfix makes a 400 a deferred mail (tcp_table(5),
/// Postfix dict_tcp.c).  One reply a request, in order, each ended by one LF;
/// nothing else is ever sent.
///
/// A line over `longest_request` octets is answered by 400 and ends the
/// conversation, for nobody sends one in good faith and its end may never come.
///
/// Knows nothing of sockets and holds no more than one unfinished line.
class tcp_table {
public:
  /// Octets of a line without its LF.  Postfix sends at most about 6,100.
  static constexpr std::size_t longest_request = 8192;

  /// Appends the replies to the lines that `bytes` completes to `replies`.
  /// @return how many of the octets were taken: all, unless `replies` holds
  ///         enough; the others are to be fed once those are sent
  /// @pre not finished()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies);

  /// Whether the connection is to be closed once the replies are sent.
  [[nodiscard]] bool finished() const noexcept { return lines_.broken(); }

private:
  line_reader lines_;
  client_names names_;
};

/// The reply to one request line without its LF, appended to `reply`.
/// @param names of the requests before it
void answer(std::string_view line, const lookup& in, client_names& names,
            std::string& reply);

} // namespace spfblock::protocols
