// The server's side of a connection of Postfix's policy delegation: octets in,
// octets out.
#pragma once

#include "core/protocols/framing.hpp"
#include "core/protocols/lookup.hpp"

#include <cstddef>
#include <memory>
#include <optional>
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
/// Where lookup::patience allows it, a request whose claim is sought waits:
/// nothing is fed until it is answered, so that replies keep their order.
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
  ///         enough or a request waits; the others are to be fed once those are
  ///         sent and this is answered
  /// @pre neither finished() nor awaited()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies);

  /// What the last request that was fed waits for; null: it does not.
  [[nodiscard]] const query_time::claim* awaited() const noexcept {
    return asked_ && asked_->awaits ? &*asked_->awaits : nullptr;
  }

  /// Answers the request that waits, by what is known now; or it goes on
  /// waiting, where `in` allows it.
  /// @pre awaited()
  void answer_awaiting(const lookup& in, std::string& replies);

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
    /// The request is complete and waits for this.
    std::optional<query_time::claim> awaits;
  };

  [[nodiscard]] static std::optional<std::string> answer(request& asked,
                                                         const lookup& in);
  void reply(const lookup& in, std::string& replies);
  void take(std::string_view line, const lookup& in, std::string& replies);
  void give_up(const lookup& in);

  [[no_unique_address]] line_reader lines_;
  bool finished_ = false;
  /// As far as its lines are complete, and while it waits; none between
  /// requests, where a conversation spends its time.
  std::unique_ptr<request> asked_;
};

} // namespace spfblock::protocols
