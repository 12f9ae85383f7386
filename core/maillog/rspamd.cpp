#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

/// The value of a field that stands once, between its name and its end.
std::optional<std::string_view> field(std::string_view in,
                                      std::string_view name,
                                      std::string_view end) noexcept {
  const auto at = only_place(in, name);
  if (!at)
    return std::nullopt;
  auto rest = in.substr(*at + name.size());
  return take_until(rest, end);
}

/// `(default: T (ACTION): [...`
bool read_judgement(std::string_view rest, event& into) noexcept {
  (void)take_word(rest);
  if (!take(rest, "("))
    return false;
  const auto action = take_until(rest, "): [");
  if (!action)
    return false;
  into.text = *action;
  into.spam = *action == "reject" || *action == "add header" ||
              *action == "rewrite subject" || *action == "quarantine" ||
              *action == "discard";
  return true;
}

} // namespace

// `id: <MID>, qid: <Q>, ip: A, user: U, from: <S>, (default: T (ACTION): [...`.
// The Message-ID comes first and is the sender's: a line in which it, or the
// sender, holds a field of its own is left alone.
std::optional<event> read_rspamd(std::string_view text) noexcept {
  constexpr std::string_view before = "rspamd_task_write_log: id: <";
  constexpr std::string_view judged = "(default: ";
  if (!take_until(text, before))
    return std::nullopt;
  const auto end = text.find(judged);
  if (end == nowhere || text.find(judged, end + 1) != nowhere)
    return std::nullopt;
  const auto head = text.substr(0, end);
  event made;
  made.kind = event_kind::scored;
  if (!read_judgement(text.substr(end + judged.size()), made))
    return std::nullopt;
  const auto ip = field(head, ", ip: ", ",");
  made.address = ip ? net::ip_address::try_parse(*ip) : std::nullopt;
  if (!made.address)
    return std::nullopt;
  made.message_id = text.substr(0, text.find(">,"));
  made.queue_id = field(head, ", qid: <", ">").value_or("");
  made.sender = field(head, " from: <", ">,");
  return made;
}

} // namespace spfblock::maillog
