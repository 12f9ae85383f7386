#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {
namespace {

std::optional<verdict> told_by(std::string_view text) noexcept {
  if (text == "DKIM verification successful")
    return verdict::pass;
  if (text == "bad signature data")
    return verdict::fail;
  if (text == "no signature data")
    return verdict::none;
  return std::nullopt;
}

/// `s=SELECTOR d=DOMAIN a=ALGORITHM SSL ERROR`: a signature that is not right.
std::optional<std::string_view>
domain_in_doubt(std::string_view rest) noexcept {
  if (!take(rest, "s="))
    return std::nullopt;
  (void)take_word(rest);
  if (!take(rest, "d="))
    return std::nullopt;
  const auto domain = take_word(rest);
  return rest.find("SSL ") == nowhere ? std::nullopt : std::optional{domain};
}

} // namespace

std::optional<event> read_opendkim(std::string_view text) noexcept {
  const auto id = take_queue_id(text);
  if (!id)
    return std::nullopt;
  event made;
  made.kind = event_kind::authenticated;
  made.identity = "dkim";
  made.queue_id = *id;
  if (const auto domain = domain_in_doubt(text)) {
    made.verdict = verdict::fail;
    made.domain = *domain;
    return made;
  }
  const auto told = told_by(text);
  if (!told)
    return std::nullopt;
  made.verdict = *told;
  return made;
}

} // namespace spfblock::maillog
