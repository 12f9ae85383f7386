#include "core/maillog/complaint.hpp"
#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

/// `client=NAME[ADDRESS]`; a client that logged in is told of behind it. Behind
/// a content filter the client is the filter, and `orig_client=` is whom the
/// mail came from.
std::optional<event> read_client(std::string_view rest) noexcept {
  const auto from = take_client(rest);
  if (!from)
    return std::nullopt;
  event made;
  made.kind = event_kind::accepted;
  made.address = from->address;
  made.logged_in = rest.starts_with(", sasl_");
  return made;
}

} // namespace

std::optional<event> read_smtpd(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id)
    return std::nullopt;
  auto made = take(text, "client=") ? read_client(text) : read_complaint(text);
  if (made && *id != "NOQUEUE")
    made->queue_id = *id;
  // With an smtpd proxy in front, a mail has no queue id here.
  if (made && made->kind == event_kind::accepted && made->queue_id.empty())
    return std::nullopt;
  return made;
}

} // namespace spfblock::maillog
