// Mails, senders and records for the tests of core/suggest.
#pragma once

#include "core/suggest/evidence.hpp"
#include "core/suggest/look.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::testing {

inline dns::name name(std::string_view text) {
  return *dns::name::from_text(text);
}

inline net::ip_address ip(std::string_view text) {
  return *net::ip_address::parse(text);
}

inline net::address_set networks(const std::vector<std::string>& texts) {
  std::vector<net::ip_prefix> made;
  for (const std::string& each : texts)
    made.push_back(*net::ip_prefix::parse(each));
  return net::address_set::of(made);
}

/// The last two labels, as if every top-level domain were a public suffix and
/// nothing else.
inline std::optional<dns::name> last_two_labels(const dns::name& of) {
  const std::string text = of.to_string();
  const auto last = text.rfind('.');
  if (last == std::string::npos)
    return std::nullopt;
  const auto before = text.rfind('.', last - 1);
  return name(before == std::string::npos ? text : text.substr(before + 1));
}

inline suggest::evidence::settings
evidence_settings(const net::address_set& listed = {},
                  suggest::evidence::capacity most = {}) {
  suggest::evidence::settings made;
  made.registrable_domain = last_two_labels;
  made.is_listed = [listed](const net::ip_address& address) {
    return listed.contains(address);
  };
  made.most = most;
  return made;
}

inline maillog::mail mail(std::string_view address,
                          std::optional<std::string> sender,
                          maillog::fate fate) {
  maillog::mail made;
  made.address = ip(address);
  made.sender = std::move(sender);
  made.fate = fate;
  made.reason = fate == maillog::fate::refused ? "554 5.7.1 no" : "";
  made.at = std::chrono::sys_days{std::chrono::year{2016} / 4 / 4};
  return made;
}

inline maillog::mail refused(std::string_view address, std::string sender) {
  return mail(address, std::move(sender), maillog::fate::refused);
}

inline maillog::mail delivered(std::string_view address, std::string sender) {
  return mail(address, std::move(sender), maillog::fate::delivered);
}

/// A name whose record is nothing but these networks, or has none.
inline suggest::look look(std::string_view of,
                          const std::vector<std::string>& passes) {
  suggest::look made;
  made.name = name(of);
  made.outcome =
      passes.empty() ? spf::outcome::no_record : spf::outcome::expanded;
  made.passes = made.lists = networks(passes);
  return made;
}

} // namespace spfblock::testing
