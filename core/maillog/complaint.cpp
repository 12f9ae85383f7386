#include "core/maillog/complaint.hpp"

#include "core/maillog/scan.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>

namespace spfblock::maillog {
namespace {

struct word {
  std::string_view text;
  maillog::measure measure;
};

/// A milter's answers count as the server's own.
constexpr std::array<word, 16> measures{{
    {"reject", measure::reject},
    {"warn", measure::warn},
    {"reject_warning", measure::reject_warning},
    {"hold", measure::hold},
    {"discard", measure::discard},
    {"filter", measure::filter},
    {"redirect", measure::redirect},
    {"info", measure::other},
    {"prepend", measure::other},
    {"bcc", measure::other},
    {"delay", measure::other},
    {"milter-reject", measure::reject},
    {"milter-hold", measure::hold},
    {"milter-discard", measure::discard},
    {"warning", measure::other},
    {"replace", measure::other},
}};

constexpr std::string_view end_of_text = "; from=<";

/// Whether `text` begins as the answer to a client's address: nothing that the
/// client said stands in that.
bool is_of_address(std::string_view text, std::string_view client) noexcept {
  if (text.size() > 3 && is_digit(text[0])) {
    (void)take_word(text);
    if (!text.empty() && is_digit(text.front()))
      (void)take_word(text);
  }
  if (take(text, "<"))
    return take(text, client) && text.starts_with(">: Client host ");
  return text.starts_with("Client host rejected: ") ||
         text.starts_with("Service unavailable; Client host [");
}

/// Whether it may be another answer all the same, to a HELO, a sender or a
/// recipient that begin as such a one does.
bool may_be_another(std::string_view text) noexcept {
  for (const std::string_view of :
       {">: Helo command ", ">: Sender address ", ">: Recipient address ",
        ">: Relay access denied"}) {
    if (text.find(of) != nowhere)
      return true;
  }
  return false;
}

/// Whether a stage of SMTP has a sender.  Before MAIL a HELO may be all that
/// looks like one.
bool has_sender(std::string_view stage) noexcept {
  return stage == "RCPT" || stage == "MAIL" || stage == "DATA" ||
         stage == "BDAT" || stage == "END-OF-MESSAGE";
}

/// Where TEXT ends beyond doubt; `mark` is what stands behind it.
std::optional<std::size_t> text_end(std::string_view text,
                                    std::string_view client, measure what,
                                    std::string_view mark) noexcept {
  const bool silent = what == measure::warn || what == measure::other;
  if (silent || (is_of_address(text, client) && !may_be_another(text))) {
    const auto first = text.find(mark);
    return first == nowhere ? std::nullopt : std::optional{first};
  }
  return only_place(text, mark);
}

/// Reads ` proto=P helo=<H>`, which ends the line: H is all up to the last `>`.
void read_helo(std::string_view rest, event& into) noexcept {
  if (take(rest, " proto=") && take_until(rest, " helo=<") &&
      rest.ends_with('>'))
    into.helo = rest.substr(0, rest.size() - 1);
}

/// Reads `; from=<S> to=<R>` behind the text, with `between` the two, and HELO.
void read_envelope(std::string_view rest, std::string_view between,
                   event& into) noexcept {
  if (!take(rest, end_of_text))
    return;
  const auto sender = take_mailbox(rest);
  if (!sender)
    return;
  into.sender = sender;
  if (take(rest, between))
    into.recipient = take_mailbox(rest);
  read_helo(rest, into);
}

} // namespace

std::optional<measure> measure_called(std::string_view word) noexcept {
  for (const auto& each : measures) {
    if (each.text == word)
      return each.measure;
  }
  return std::nullopt;
}

measure measure_of_reply(std::string_view text) noexcept {
  return text.starts_with('4') ? measure::defer : measure::reject;
}

std::optional<event> read_complaint(std::string_view rest) noexcept {
  const auto action = take_until(rest, ": ");
  if (!action)
    return std::nullopt;
  const auto what = measure_called(*action);
  const auto stage = take_word(rest);
  if (!what || !take(rest, "from "))
    return std::nullopt;
  const auto from = take_client(rest);
  if (!from || !take(rest, ": "))
    return std::nullopt;

  event made;
  made.kind = event_kind::refused;
  made.address = from->address;
  made.whole_mail = stage != "RCPT";
  made.measure = *what == measure::reject ? measure_of_reply(rest) : *what;
  const bool sent = has_sender(stage);
  const auto end = text_end(rest, from->name_and_address, *what,
                            sent ? end_of_text : "; proto=");
  if (end) {
    made.text = rest.substr(0, *end);
    if (sent)
      read_envelope(rest.substr(*end), " to=<", made);
  }
  return made;
}

std::optional<event> read_postscreen_complaint(std::string_view rest) noexcept {
  (void)take_word(rest);
  if (!take(rest, "from "))
    return std::nullopt;
  const auto from = take_client(rest);
  if (!from || !take(rest, ":") || !take_until(rest, ": "))
    return std::nullopt;
  event made;
  made.kind = event_kind::refused;
  made.address = from->address;
  made.measure = measure_of_reply(rest);
  const auto end = rest.find(end_of_text);
  made.text = rest.substr(0, end);
  if (end != nowhere)
    read_envelope(rest.substr(end), ", to=<", made);
  return made;
}

} // namespace spfblock::maillog
