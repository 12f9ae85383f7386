#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"
#include "core/maillog/verdict_words.hpp"

namespace spfblock::maillog {
namespace {

/// Behind `client-ip=`: `A; helo=H; envelope-from=S; receiver=R`.  H is what
/// the client said; where it holds the words behind it, S is in doubt.
std::optional<event> read_client_part(std::string_view rest) noexcept {
  const auto address = take_until(rest, "; ");
  event made;
  made.kind = event_kind::spf;
  made.address = address ? net::ip_address::try_parse(*address) : std::nullopt;
  if (!made.address)
    return std::nullopt;
  constexpr std::string_view before = "; envelope-from=";
  constexpr std::string_view behind = "; receiver=";
  const auto begin = only_place(rest, before);
  const auto end = only_place(rest, behind);
  if (begin && end && *begin + before.size() <= *end) {
    const auto from = *begin + before.size();
    const auto sender = rest.substr(from, *end - from);
    made.sender = sender == "<>" ? std::string_view{} : sender;
    if (take(rest, "helo="))
      made.helo = take_until(rest, before);
  }
  return made;
}

/// `identity=I; client-ip=...`.
std::optional<event> read_detail(std::string_view rest) noexcept {
  if (!take(rest, "identity="))
    return std::nullopt;
  const auto identity = take_until(rest, "; ");
  if (!identity || !take(rest, "client-ip="))
    return std::nullopt;
  auto made = read_client_part(rest);
  if (made)
    made->identity = *identity;
  return made;
}

/// `RESULT (EXPLANATION) identity=...`.  The domain that is checked may have
/// written the explanation (exp=), so there must be one identity.
std::optional<event> read_received_spf(std::string_view rest) noexcept {
  const auto result = verdict_called(take_word(rest));
  constexpr std::string_view mark = ") identity=";
  const auto detail = only_place(rest, mark);
  if (!result || !detail)
    return std::nullopt;
  auto made = read_detail(rest.substr(*detail + 2));
  if (made)
    made->verdict = *result;
  return made;
}

/// `AUTHSERV-ID; spf=RESULT ... smtp.mailfrom=S (client-ip=...)`.
std::optional<event>
read_authentication_results(std::string_view rest) noexcept {
  if (!take_until(rest, "; spf="))
    return std::nullopt;
  const auto result = verdict_called(take_word(rest));
  constexpr std::string_view mark = " (client-ip=";
  const auto detail = only_place(rest, mark);
  if (!result || !detail)
    return std::nullopt;
  const auto client_part = rest.substr(*detail + mark.size());
  auto made = read_client_part(
      client_part.ends_with(')') ? client_part.substr(0, client_part.size() - 1)
                                 : client_part);
  if (!made)
    return std::nullopt;
  made->verdict = *result;
  made->identity = only_place(rest, "smtp.mailfrom=") ? "mailfrom" : "helo";
  return made;
}

std::optional<event> read_header(std::string_view rest) noexcept {
  if (take(rest, "Received-SPF: "))
    return read_received_spf(rest);
  if (take(rest, "Authentication-Results: "))
    return read_authentication_results(rest);
  return std::nullopt;
}

/// `550 5.7.23 Message rejected due to: ...Why?s=mfrom;id=S;ip=A;r=R`: what
/// Reason_Message is by default.
std::optional<event> read_rejection(std::string_view rest) noexcept {
  const auto scope = only_place(rest, "?s=");
  const auto id = only_place(rest, ";id=");
  const auto ip = only_place(rest, ";ip=");
  const auto receiver = only_place(rest, ";r=");
  if (!scope || !id || !ip || !receiver || *scope > *id || *id > *ip ||
      *ip > *receiver)
    return std::nullopt;
  constexpr std::size_t mark = 4; // octets of ";id=" and of ";ip="
  event made;
  made.kind = event_kind::spf;
  made.verdict = verdict::fail;
  made.address = net::ip_address::try_parse(
      rest.substr(*ip + mark, *receiver - *ip - mark));
  const bool mail = rest.substr(*scope + 3, *id - *scope - 3) == "mfrom";
  made.identity = mail ? "mailfrom" : "helo";
  if (mail)
    made.sender = rest.substr(*id + mark, *ip - *id - mark);
  return made.address ? std::optional{made} : std::nullopt;
}

/// `RESULT; identity=...`, as from debugLevel 2 on.
std::optional<event> read_result(std::string_view rest) noexcept {
  const auto word = take_until(rest, "; ");
  const auto result = word ? verdict_called(*word) : std::nullopt;
  auto made = result ? read_detail(rest) : std::nullopt;
  if (made)
    made->verdict = *result;
  return made;
}

} // namespace

std::optional<event> read_policyd_spf(std::string_view text) noexcept {
  (void)take(text, ": "); // as some versions write it without a queue id
  const auto id = take_queue_id(text);
  std::optional<event> made;
  if (take(text, "prepend ") || take(text, "Header field not prepended: ") ||
      take(text, "result_only "))
    made = read_header(text);
  else if (text.starts_with("550 ") || text.starts_with("defer_if_permit "))
    made = read_rejection(text);
  else
    made = read_result(text);
  if (made && id && *id != "NOQUEUE")
    made->queue_id = *id;
  return made;
}

} // namespace spfblock::maillog
