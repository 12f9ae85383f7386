#include "server/commands/check_postfix.hpp"

#include "core/postfix/wiring.hpp"
#include "core/support/text.hpp"
#include "server/system/command_output.hpp"

#include <iostream>
#include <optional>
#include <utility>

namespace spfblock::server {
namespace {

/// @return nothing if postconf(1) cannot be asked, which was said on stderr
std::optional<postfix::postconf_texts> ask_postconf() {
  postfix::postconf_texts texts;
  for (const auto& [command, text] :
       {std::pair{"postconf -x", &texts.parameters},
        std::pair{"postconf -M", &texts.services},
        std::pair{"postconf -Px", &texts.overrides}}) {
    auto said = output_of(command);
    if (!said) {
      std::cerr << "spfblock: " << said.error().message << '\n';
      return std::nullopt;
    }
    *text = *std::move(said);
  }
  return texts;
}

} // namespace

exit_status check_postfix(const config::settings& settings) {
  const auto texts = ask_postconf();
  if (!texts)
    return exit_status::unavailable;
  bool is_right = true;
  for (const postfix::finding& each :
       postfix::wiring_of(postfix::setup{*texts}, settings)) {
    const bool is_good = each.how == postfix::verdict::good;
    (is_good ? std::cout : std::cerr) << printable(each.to_string()) << '\n';
    is_right = is_right && each.how != postfix::verdict::wrong;
  }
  return is_right ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
