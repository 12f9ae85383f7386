// Why a sender with bad marks is not suggested.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spfblock::suggest {

enum class objection : std::uint8_t {
  listed,       ///< it is
  allowed,      ///< by its name
  provider,     ///< of shared senders, by its name
  no_record,    ///< it has no SPF record
  dns_failed,   ///< its record is not known
  no_pass,      ///< forged: its record does not pass who sent
  too_wide,     ///< over the limits of the configuration
  only_allowed, ///< its hosts are allowed: those of a provider, for example
  wanted,       ///< there is wanted mail in its name, or from its networks
  let_through,  ///< its mail is of listed hosts, and was taken for spam by
                ///< nobody
  forwarded,    ///< what was bad of it was only forwarded
  not_asked,    ///< there were too many
};

/// All with their words, in order.
inline constexpr std::array<std::string_view, 12> objection_words{
    "listed",     "allowed",     "provider",  "no_record",
    "dns_failed", "no_pass",     "too_wide",  "only_allowed",
    "wanted",     "let_through", "forwarded", "not_asked"};

[[nodiscard]] constexpr std::string_view text_of(objection of) noexcept {
  return objection_words.at(static_cast<std::size_t>(of));
}

static_assert(text_of(objection::not_asked) == "not_asked");

/// How many senders each of them holds for.
class objection_counts {
public:
  void add(objection which) { ++counts_.at(static_cast<std::size_t>(which)); }

  [[nodiscard]] std::uint64_t of(objection which) const {
    return counts_.at(static_cast<std::size_t>(which));
  }

private:
  std::array<std::uint64_t, objection_words.size()> counts_{};
};

} // namespace spfblock::suggest
