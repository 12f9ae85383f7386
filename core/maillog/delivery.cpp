#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

std::optional<delivery> delivery_called(std::string_view word) noexcept {
  if (word == "sent")
    return delivery::sent;
  if (word == "deferred")
    return delivery::deferred;
  if (word == "bounced" || word == "undeliverable")
    return delivery::bounced;
  if (word == "expired")
    return delivery::expired;
  return std::nullopt;
}

} // namespace

// Behind `status=` stands what the next server said: the first one is
// Postfix's.
std::optional<event> read_delivery(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id || !take(text, "to=<"))
    return std::nullopt;
  event made;
  made.kind = event_kind::delivered;
  made.queue_id = *id;
  made.recipient = take_mailbox(text);
  if (!made.recipient || !take(text, ", "))
    return std::nullopt;
  if (take(text, "orig_to=<") && (!take_mailbox(text) || !take(text, ", ")))
    return std::nullopt;
  if (!take(text, "relay="))
    return std::nullopt;
  const auto relay = take_until(text, ", ");
  if (!relay || !take_until(text, "status="))
    return std::nullopt;
  const auto what = delivery_called(take_word(text));
  if (!what)
    return std::nullopt;
  made.text = *relay;
  made.delivery = *what;
  return made;
}

} // namespace spfblock::maillog
