#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

/// Octets behind `(default: ` that the action stands in.
constexpr std::size_t longest_judgement = 64;

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

bool is_spam(std::string_view action) noexcept {
  return action == "reject" || action == "add header" ||
         action == "rewrite subject" || action == "quarantine" ||
         action == "discard";
}

/// The action of `T (ACTION): [...`.
std::optional<std::string_view> action_in(std::string_view rest) noexcept {
  (void)take_word(rest);
  return take(rest, "(") ? take_until(rest, "): [") : std::nullopt;
}

constexpr std::string_view judged = "(default: ";

/// Reads all that may be the judgement: one that says spam counts, for what
/// imitates another one is the sender's, who would not say so of himself.
/// @return whether there is one
bool read_judgements(std::string_view rest, event& into) noexcept {
  bool found = false;
  while (!into.spam && take_until(rest, judged)) {
    const auto action = action_in(rest.substr(0, longest_judgement));
    if (!action)
      continue;
    if (!found || is_spam(*action))
      into.text = *action;
    into.spam = is_spam(*action);
    found = true;
  }
  return found;
}

} // namespace

// `id: <MID>, qid: <Q>, ip: A, user: U, from: <S>, (default: T (ACTION): [...`.
// The Message-ID comes first and is the sender's.  Where it, or the sender,
// holds a field of its own, what is in doubt is not told, and the mail is known
// by the Message-ID alone.
std::optional<event> read_rspamd(std::string_view text) noexcept {
  constexpr std::string_view before = "rspamd_task_write_log: id: <";
  const auto begin = take_until(text, before);
  if (!begin || begin->find(':') != nowhere) // within what another line says
    return std::nullopt;
  event made;
  made.kind = event_kind::scored;
  if (!read_judgements(text, made))
    return std::nullopt;
  made.message_id = text.substr(0, text.find('>'));
  const bool is_clear = only_place(text, judged).has_value();
  const auto head = text.substr(0, is_clear ? text.find(judged) : 0);
  const auto ip = field(head, ", ip: ", ",");
  made.address = ip ? net::ip_address::try_parse(*ip) : std::nullopt;
  made.queue_id = field(head, ", qid: <", ">").value_or("");
  made.sender = field(head, " from: <", ">,");
  return made;
}

} // namespace spfblock::maillog
