#include "core/maillog/forms.hpp"

#include <algorithm>
#include <array>

namespace spfblock::maillog {
namespace {

struct form {
  std::string_view daemon;
  form_reader reader;
};

/// The busiest first.
constexpr std::array<form, 19> forms{{
    {"smtpd", &read_smtpd},       {"qmgr", &read_qmgr},
    {"cleanup", &read_cleanup},   {"postscreen", &read_postscreen},
    {"dnsblog", &read_dnsblog},   {"smtp", &read_delivery},
    {"lmtp", &read_delivery},     {"local", &read_delivery},
    {"virtual", &read_delivery},  {"pipe", &read_delivery},
    {"relay", &read_delivery},    {"discard", &read_delivery},
    {"error", &read_delivery},    {"policyd-spf", &read_policyd_spf},
    {"rspamd", &read_rspamd},     {"spamd", &read_spamd},
    {"opendkim", &read_opendkim}, {"opendmarc", &read_opendmarc},
    {"oqmgr", &read_qmgr},
}};

} // namespace

form_reader reader_of(std::string_view daemon) noexcept {
  const auto known =
      std::find_if(forms.begin(), forms.end(),
                   [&](const form& each) { return each.daemon == daemon; });
  return known == forms.end() ? nullptr : known->reader;
}

} // namespace spfblock::maillog
