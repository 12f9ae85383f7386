#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

/// Behind `from=<`: what follows the sender is numbers, or one of two words, so
/// the last such place is Postfix's own.
std::optional<event> read_sender(std::string_view rest) noexcept {
  event made;
  if (const auto size = rest.rfind(">, size="); size != nowhere) {
    made.kind = event_kind::queued;
    made.sender = rest.substr(0, size);
    return made;
  }
  const auto status = rest.rfind(">, status=");
  if (status == nowhere)
    return std::nullopt;
  made.kind = event_kind::delivered;
  made.sender = rest.substr(0, status);
  made.delivery = delivery::expired;
  return made;
}

} // namespace

std::optional<event> read_qmgr(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id)
    return std::nullopt;
  std::optional<event> made;
  if (text == "removed")
    made.emplace();
  else if (take(text, "from=<"))
    made = read_sender(text);
  if (made)
    made->queue_id = *id;
  return made;
}

} // namespace spfblock::maillog
