#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"
#include "core/maillog/verdict_words.hpp"

namespace spfblock::maillog {

// A domain has no blank; what else is in the line makes it another form.
std::optional<event> read_opendmarc(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id)
    return std::nullopt;
  event made;
  made.kind = event_kind::authenticated;
  made.identity = "dmarc";
  made.queue_id = *id;
  if (take(text, "SPF(")) {
    const auto identity = take_until(text, "): ");
    if (!identity)
      return std::nullopt;
    made.kind = event_kind::spf;
    made.identity = *identity;
  }
  made.domain = take_word(text);
  const auto told = verdict_called(text);
  if (!told || made.domain.empty())
    return std::nullopt;
  made.verdict = *told;
  return made;
}

} // namespace spfblock::maillog
