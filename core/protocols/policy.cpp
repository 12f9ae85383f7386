#include "core/protocols/policy.hpp"

#include "core/support/contract.hpp"

#include <utility>

namespace spfblock::protocols {
namespace {

constexpr std::string_view begin_of_reply = "action=";
constexpr std::string_view end_of_reply = "\n\n";
constexpr std::string_view no_action = "DUNNO";
constexpr std::string_view come_again =
    "DEFER_IF_PERMIT 4.7.1 sender is being looked up, try again later";

} // namespace

/// Ends the conversation without a reply: Postfix knows what to do then.
void policy::give_up(const lookup& in) {
  in.refuse();
  finished_ = true;
  asked_ = nullptr;
}

/// The action for a complete request; nothing if it waits.
std::optional<std::string> policy::answer(request& asked, const lookup& in) {
  if (asked.logged_in || in.is_exempt(asked.recipient)) {
    in.pass_over();
    return std::string{no_action};
  }
  auto [hit, deferred, awaited] = in.find_for_mail(
      asked.client_address, {asked.sender, asked.helo, asked.client_name});
  asked.awaits = std::move(awaited);
  if (asked.awaits)
    return std::nullopt;
  if (hit)
    return hit->found.by->action.filled(hit->found.network,
                                        hit->address.to_string());
  return std::string{deferred ? come_again : no_action};
}

/// The reply to the complete request, unless it waits.
void policy::reply(const lookup& in, std::string& replies) {
  const auto action = answer(*asked_, in);
  if (!action)
    return;
  asked_ = nullptr;
  replies += begin_of_reply;
  replies += *action;
  replies += end_of_reply;
}

void policy::answer_awaiting(const lookup& in, std::string& replies) {
  EXPECTS(awaited() != nullptr);
  reply(in, replies);
}

/// Takes one line of a request without its LF.
void policy::take(std::string_view line, const lookup& in,
                  std::string& replies) {
  if (line.empty()) {
    if (!asked_ || !asked_->asks)
      return give_up(in);
    return reply(in, replies);
  }
  const auto end_of_name = line.find('=');
  if (end_of_name == std::string_view::npos)
    return give_up(in);
  const std::string_view name = line.substr(0, end_of_name);
  const std::string_view value = line.substr(end_of_name + 1);
  if (!asked_)
    asked_ = std::make_unique<request>();
  asked_->octets += line.size() + 1;
  if (asked_->octets >= longest_request)
    return give_up(in); // no room for its end
  if (name == "request")
    asked_->asks = value == "smtpd_access_policy";
  else if (name == "client_address")
    asked_->client_address = value;
  else if (name == "client_name")
    asked_->client_name = value;
  else if (name == "helo_name")
    asked_->helo = value;
  else if (name == "sender")
    asked_->sender = value;
  else if (name == "recipient")
    asked_->recipient = value;
  else if (name == "sasl_username")
    asked_->logged_in = !value.empty();
}

std::size_t policy::feed(std::string_view bytes, const lookup& in,
                         std::string& replies) {
  EXPECTS(!finished_ && awaited() == nullptr);
  return feed_requests(bytes, replies, [&](std::string_view& rest) {
    // The LF counts, too.
    const std::size_t before = asked_ ? asked_->octets : 0;
    if (const auto line = lines_.next(rest, longest_request - before - 1))
      take(*line, in, replies);
    else if (lines_.broken())
      give_up(in);
    if (finished_)
      return course::ends;
    return awaited() != nullptr ? course::waits : course::goes_on;
  });
}

} // namespace spfblock::protocols
