#include "core/maillog/verdict_words.hpp"

#include "core/support/text.hpp"

#include <array>

namespace spfblock::maillog {
namespace {

struct word {
  std::string_view text;
  maillog::verdict verdict;
};

constexpr std::array<word, 7> words{{
    {"none", verdict::none},
    {"neutral", verdict::neutral},
    {"pass", verdict::pass},
    {"fail", verdict::fail},
    {"softfail", verdict::softfail},
    {"temperror", verdict::temperror},
    {"permerror", verdict::permerror},
}};

} // namespace

std::optional<verdict> verdict_called(std::string_view word) noexcept {
  for (const auto& each : words) {
    if (iequals(each.text, word))
      return each.verdict;
  }
  return std::nullopt;
}

} // namespace spfblock::maillog
