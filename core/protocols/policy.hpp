// The server's side of a connection of Postfix's policy delegation: octets in,
// octets out.
#pragma once

#include "core/protocols/framing.hpp"
#include "core/protocols/lookup.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Takes the octets of a connection in whatever pieces they come and gives the
/// replies, the same for any cut of the stream.
///
///     NAME=VALUE lines, an empty line    action=ACTION, an empty line
///
/// ACTION is that of the listing that holds `client_address`.  Where none does,
/// it is that of the listed domain that `sender`, `helo_name` or `client_name`
/// claims, if the domain authorises the client for this mail; while that is not
/// known, DUNNO or DEFER_IF_PERMIT (query_time::judge).  For a client that is
/// not listed, one that has logged in (`sasl_username`), and a recipient that
/// is exempt, it is DUNNO: never OK, which would let the client past the
/// restrictions that follow.  Other attributes are ignored; of one that is
/// given twice the last counts.
///
/// What is no request gets no reply and ends the conversation, and Postfix
/// takes its `default_action`: a line without `=`, a request without
/// `request=smtpd_access_policy`, one of over `longest_request` octets.
///
/// Source: SMTPD_POLICY_README, Postfix attr_scan_plain.c.
///
/// Knows nothing of sockets and holds no more than one unfinished request.
class policy {
public:
  /// Octets of a request with its line ends.  Postfix sends about 600, and
  /// four values of an SMTP line (2,048) at most.
  static constexpr std::size_t longest_request = 16384;

  /// Appends the replies to the requests that `bytes` completes to `replies`.
  /// @return how many of the octets were taken: all, unless `replies` holds
  ///         enough; the others are to be fed once those are sent
  /// @pre not finished()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies);

  /// Whether the connection is to be closed once the replies are sent.
  [[nodiscard]] bool finished() const noexcept { return finished_; }

private:
  /// What of a request's attributes matters here.
  struct request {
    bool asks = false; ///< it is one of policy delegation
    std::string client_address;
    std::string client_name;
    std::string helo;
    std::string sender;
    std::string recipient;
    bool logged_in = false;
    std::size_t octets = 0; ///< of its complete lines
  };

  [[nodiscard]] static std::string answer(const request& asked,
                                          const lookup& in);
  void take(std::string_view line, const lookup& in, std::string& replies);
  void give_up(const lookup& in);

  [[no_unique_address]] line_reader lines_;
  bool finished_ = false;
  /// As far as its lines are complete; none between requests, where a
  /// conversation spends its time.
  std::unique_ptr<request> asked_;
};

} // namespace spfblock::protocols
