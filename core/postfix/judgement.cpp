#include "core/postfix/judgement.hpp"

#include "core/support/text.hpp"
#include "core/table/access_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace spfblock::postfix {
namespace {

using config::listener;
using protocols::door;

constexpr std::array<std::string_view, 8> policy_options{
    "timeout",     "max_idle",  "max_ttl",        "request_limit",
    "retry_delay", "try_limit", "policy_context", "default_action"};

/// What Postfix does by default where a policy service is away.
constexpr std::string_view usual_default_action = "451 ";
/// A policy service that hangs may hold a mail for so long without a word here.
constexpr std::uint64_t longest_timeout_s = 10;
constexpr std::uint64_t most_number = 1'000'000'000;

/// The seconds of a time of Postfix: "100s", "2m", "3".
std::optional<std::uint64_t> seconds_of(std::string_view text) {
  constexpr std::string_view units = "smhdw";
  constexpr std::array<std::uint64_t, units.size()> seconds{1, 60, 3600, 86'400,
                                                            604'800};
  std::uint64_t unit = 1;
  if (!text.empty() && units.find(text.back()) != std::string_view::npos) {
    unit = seconds[units.find(text.back())];
    text.remove_suffix(1);
  }
  const auto number = parse_decimal(text, most_number);
  return number ? std::optional{*number * unit} : std::nullopt;
}

/// The path of a UNIX socket as others see it, of a service in a chroot or not.
std::string real_path(const setup& postfix, bool in_chroot,
                      const std::string& path) {
  const std::string queue{postfix.value("queue_directory")};
  if (!path.starts_with('/'))
    return queue + '/' + path;
  return in_chroot ? queue + path : path;
}

/// Puts together what is to be said.
class judgement {
public:
  judgement(const asking_place& at, const asked_server& server)
      : at_{at},
        server_{server},
        said_{at.where} {}

  void look_at_place() {
    judge_place(at_, server_.door, text_of(server_), said_);
  }

  void look_at_door(const asked_listener& found) {
    if (server_.is_proxied)
      wrong("asks through proxy:, where one slow answer holds up all others");
    if (found.by_name)
      wrong(fmt::format("asks {} by a name, which a chrooted smtpd cannot look "
                        "up (expected {})",
                        text_of(server_), found.at->where.to_string()));
    if (found.by_other_root)
      wrong(fmt::format(
          "asks {}, which {} finds elsewhere (expected {})", text_of(server_),
          at_.of.chroot ? "an smtpd in a chroot" : "an smtpd without a chroot",
          expected_path(*found.at)));
    if (!server_.lacks_name.empty())
      wrong(fmt::format("smtpd ends at the first lookup: {} lacks a name "
                        "(expected {}:spfblock)",
                        server_.lacks_name, server_.lacks_name));
    if (server_.door != found.at->kind)
      wrong(fmt::format("asks {} in {}, where `listen` has {}",
                        text_of(server_), protocols::text_of(server_.door),
                        protocols::text_of(found.at->kind)));
  }

  /// What smtpd does not start with.
  void look_for_fatal_options() {
    if (!server_.no_option.empty())
      fatal(fmt::format("{} is no option (a value with a blank needs braces "
                        "around the option)",
                        in_quotes(server_.no_option)));
    for (const service_option& each : server_.options) {
      if (std::find(policy_options.begin(), policy_options.end(), each.name) ==
          policy_options.end())
        fatal(fmt::format("there is no option {}", in_quotes(each.name)));
    }
    for (const char* const name :
         {"timeout", "max_idle", "max_ttl", "retry_delay"})
      look_for_fatal(
          name,
          [](std::string_view text) {
            return seconds_of(text).value_or(0) > 0;
          },
          "1s at least");
    look_for_fatal(
        "try_limit",
        [](std::string_view text) {
          return parse_decimal(text, most_number).value_or(0) > 0;
        },
        "1 at least");
    look_for_fatal(
        "default_action", [](std::string_view text) { return !text.empty(); },
        "DUNNO");
    const std::string_view version = at_.postfix.value("mail_version");
    if (!server_.options.empty() &&
        (version.starts_with("2.") || version.starts_with("1.")))
      fatal(fmt::format("Postfix {} knows no options in braces", version));
  }

  void look_at_options() {
    look_at_default_action(option("default_action"));
    if (seconds_of(option("timeout")).value_or(0) > longest_timeout_s)
      said_.concern("a server that hangs holds each mail for more than ten "
                    "seconds: timeout=2s is missing");
    if (option("try_limit") == "1")
      said_.concern("try_limit=1: a restart of spfblock lets the rest of a "
                    "session through");
  }

  void end() {
    said_.good_or_wrong(fmt::format("asks {}, {}", text_of(server_),
                                    protocols::text_of(server_.door)));
    if (at_.before.only_warns)
      said_.concern("warn_if_reject: who is listed is logged, not rejected");
  }

  [[nodiscard]] std::vector<finding> said() && {
    return std::move(said_).said();
  }

private:
  /// How an smtpd is to name a UNIX socket, in a chroot or not.
  [[nodiscard]] std::string expected_path(const listener& door) const {
    const std::string& path = *door.where.path();
    const std::string queue =
        std::string{at_.postfix.value("queue_directory")} + '/';
    return "unix:" +
           (path.starts_with(queue) ? path.substr(queue.size()) : path);
  }

  /// What becomes of mail while spfblock is away.
  void look_at_default_action(const std::string& text) {
    if (text.starts_with(usual_default_action)) {
      said_.wrong("mail is deferred while spfblock is away: "
                  "default_action=DUNNO is missing");
      return;
    }
    const std::string word = to_lower(text.substr(0, text.find(' ')));
    if (word == "ok" || word == "permit")
      said_.wrong(fmt::format("default_action={}: mail passes all that follows "
                              "while spfblock is away (expected DUNNO)",
                              text));
    else if (word == "reject" || word.starts_with('5'))
      said_.wrong(fmt::format("default_action={}: all mail is rejected while "
                              "spfblock is away (expected DUNNO)",
                              text));
    else if (!word.empty() && !word.starts_with("permit") &&
             !word.starts_with("reject") && !word.starts_with("defer") &&
             table::check_access_result(text, {}))
      said_.wrong(fmt::format("default_action={}: smtpd knows no such action, "
                              "and answers 451 while spfblock is away "
                              "(expected DUNNO)",
                              text));
  }

  /// Postfix reads each value that is given, and takes the last.
  template <class IsGood>
  void look_for_fatal(std::string_view name, IsGood is_good,
                      std::string_view expected) {
    for (const std::string& given : all_given(name)) {
      if (!is_good(given))
        fatal(fmt::format("{}={} (expected {})", name, given, expected));
    }
  }

  void fatal(const std::string& what) {
    said_.wrong("smtpd does not start: " + what);
  }

  /// The values of an option in their order, behind that of the parameter of
  /// main.cf that stands for it.
  [[nodiscard]] std::vector<std::string>
  all_given(std::string_view name) const {
    std::vector<std::string> values;
    const auto by_default =
        at_.postfix.value(at_.of, fmt::format("smtpd_policy_service_{}", name));
    if (!by_default.empty())
      values.emplace_back(by_default);
    for (const service_option& each : server_.options) {
      if (each.name == name)
        values.push_back(each.value);
    }
    return values;
  }

  /// The value that counts; empty where nobody knows.
  [[nodiscard]] std::string option(std::string_view name) const {
    const auto values = all_given(name);
    return values.empty() ? std::string{} : values.back();
  }

  void wrong(std::string what) { said_.wrong(std::move(what)); }

  const asking_place& at_;
  const asked_server& server_;
  opinion said_;
};

} // namespace

std::string finding::to_string() const {
  return fmt::format("{}: {}{}", where,
                     how == verdict::concern ? "warning: " : "", what);
}

asked_listener listener_of(const setup& postfix, const service& of,
                           const asked_server& server,
                           const std::vector<listener>& listen) {
  const auto address = net::ip_address::try_parse(server.host);
  for (const listener& each : listen) {
    if (const std::string* const path = each.where.path()) {
      if (server.path.empty())
        continue;
      for (const bool in_chroot : {of.chroot, !of.chroot}) {
        if (*path == real_path(postfix, in_chroot, server.path))
          return {&each, false, in_chroot != of.chroot};
      }
      continue;
    }
    const net::endpoint& at = *each.where.tcp();
    if (!server.path.empty() || server.port != at.port)
      continue;
    const bool takes_all = at.address.number() == 0;
    if (!address || *address == at.address ||
        (takes_all && address->family() == at.address.family()))
      return {&each, !address, false};
  }
  return {};
}

std::vector<finding> judge(const asking_place& at, const asked_server& server,
                           const asked_listener& found) {
  judgement made{at, server};
  made.look_at_door(found);
  made.look_at_place();
  if (server.door == door::policy) {
    made.look_for_fatal_options();
    made.look_at_options();
  }
  made.end();
  return std::move(made).said();
}

std::string text_of(const asked_server& of) {
  if (!of.path.empty())
    return "unix:" + of.path;
  const std::string port = of.port ? std::to_string(*of.port) : "?";
  return of.host.find(':') == std::string::npos
             ? fmt::format("{}:{}", of.host, port)
             : fmt::format("[{}]:{}", of.host, port);
}

} // namespace spfblock::postfix
