#include "core/maillog/complaint.hpp"
#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

/// Header and body checks: `ACTION: header CONTENT from NAME[ADDRESS]; ...`.
/// CONTENT is the sender's, and so is all that could be read behind it: whose
/// mail it is, the queue id says.
std::optional<event> read_content_check(std::string_view rest) noexcept {
  const auto action = take_until(rest, ": ");
  const auto what = action ? measure_called(*action) : std::nullopt;
  if (!what)
    return std::nullopt;
  const auto word = take_word(rest);
  if (word != "header" && word != "body" && word != "mime-header" &&
      word != "nested-header")
    return std::nullopt;
  event made;
  made.kind = event_kind::refused;
  made.measure = *what;
  made.whole_mail = true;
  made.text = word;
  return made;
}

/// `message-id=<...>`; what is behind the bracket is no part of it.
std::optional<event> read_message_id(std::string_view rest) noexcept {
  if (!take(rest, "<"))
    return std::nullopt;
  const auto id = take_until(rest, ">");
  if (!id)
    return std::nullopt;
  event made;
  made.kind = event_kind::named;
  made.message_id = *id;
  return made;
}

} // namespace

std::optional<event> read_cleanup(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id)
    return std::nullopt;
  std::optional<event> made;
  if (take(text, "message-id="))
    made = read_message_id(text);
  else if (text.starts_with("milter-"))
    made = read_complaint(text);
  else
    made = read_content_check(text);
  if (made)
    made->queue_id = *id;
  return made;
}

} // namespace spfblock::maillog
