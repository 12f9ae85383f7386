#include "core/postfix/relaying.hpp"

#include "core/postfix/asking.hpp"
#include "core/postfix/judgement.hpp"
#include "core/postfix/restrictions.hpp"
#include "core/table/access_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::postfix {
namespace {

/// Each of them can keep strangers from relaying: mail passes both.
constexpr std::array<const char*, 2> relay_lists{
    "smtpd_relay_restrictions", "smtpd_recipient_restrictions"};

bool is_refusal(const restriction& of) {
  constexpr std::array<std::string_view, 4> refusals{
      "reject_unauth_destination", "defer_unauth_destination", "reject",
      "defer"};
  return std::find(refusals.begin(), refusals.end(), of.name) != refusals.end();
}

/// Whether smtpd takes the mail of a listed client with that action.
bool lets_in(const setup& postfix, const service& of,
             const std::string& action) {
  if (table::lets_in_mail(action))
    return true;
  const auto classes =
      elements_of(postfix.value(of, "smtpd_restriction_classes"));
  if (std::find(classes.begin(), classes.end(), action) == classes.end())
    return false;
  const auto made = restrictions_of(postfix, of, action);
  return std::any_of(made.begin(), made.end(), [](const restriction& each) {
    return each.name == "permit";
  });
}

/// An action in the configuration that lets in; empty: there is none.
std::string letting_in(const setup& postfix, const service& of,
                       const config::settings& settings) {
  for (const auto& each : settings.domains)
    if (lets_in(postfix, of, each.action.text()))
      return each.action.text();
  for (const auto& each : settings.networks)
    if (lets_in(postfix, of, each.action.text()))
      return each.action.text();
  return {};
}

/// The door of ours that such an action comes from; empty: none.
std::string door_of(const setup& postfix, const service& of,
                    const restriction& by, const config::settings& settings) {
  if (by.name != "check_client_access" && by.name != "check_policy_service")
    return {};
  for (const asked_server& server : servers_of(by))
    if (listener_of(postfix, of, server, settings.listen).at)
      return text_of(server);
  return {};
}

/// What a list makes of a stranger's mail to elsewhere.
struct relay_list {
  bool refuses = false; ///< before anything lets it in
  std::string door;     ///< of ours, that stands before any refusal
};

relay_list look_at(const setup& postfix, const service& of,
                   const std::string& list, const config::settings& settings) {
  bool only_warns = false;
  for (const restriction& each : restrictions_of(postfix, of, list)) {
    if (is_refusal(each) && !only_warns)
      return {true, {}};
    if (each.name == "permit")
      return {};
    if (std::string door = door_of(postfix, of, each, settings); !door.empty())
      return {false, std::move(door)};
    only_warns = each.name == "warn_if_reject";
  }
  return {};
}

} // namespace

std::vector<finding> judge_relaying(const setup& postfix, const service& of,
                                    const config::settings& settings) {
  const std::string action = letting_in(postfix, of, settings);
  if (action.empty())
    return {};
  std::vector<finding> made;
  for (const char* const list : relay_lists) {
    const relay_list found = look_at(postfix, of, list, settings);
    if (found.refuses)
      return {};
    if (!found.door.empty())
      made.push_back(
          {verdict::wrong, postfix.place_of(of, list),
           fmt::format("who is listed with the action {} may send mail to "
                       "anywhere: {} stands before reject_unauth_destination",
                       action, found.door)});
  }
  return made;
}

} // namespace spfblock::postfix
