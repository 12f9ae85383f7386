#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {

// `spamd: result: Y 12 - TESTS scantime=...,mid=<MID>,...`.  Blanks and commas
// in a Message-ID are logged as `_`.
std::optional<event> read_spamd(std::string_view text) noexcept {
  if (!take(text, "spamd: result: ") && !take(text, "result: "))
    return std::nullopt;
  const auto word = take_word(text);
  if (word != "Y" && word != ".")
    return std::nullopt;
  event made;
  made.kind = event_kind::scored;
  made.spam = word == "Y";
  constexpr std::string_view mark = ",mid=<";
  if (const auto at = text.find(mark); at != nowhere) {
    auto rest = text.substr(at + mark.size());
    const auto field = rest.substr(0, rest.find(','));
    made.message_id = field.substr(0, field.rfind('>'));
  }
  return made;
}

} // namespace spfblock::maillog
