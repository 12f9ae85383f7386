#include "core/postfix/judgement.hpp"

#include "core/support/text.hpp"

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

/// The seconds of a time of Postfix: "100s", "2m", "3".
std::optional<std::uint64_t> seconds_of(std::string_view text) {
  constexpr std::string_view units = "smhdw";
  constexpr std::array<std::uint64_t, units.size()> seconds{1, 60, 3600, 86'400,
                                                            604'800};
  constexpr std::uint64_t most = 1'000'000'000;
  std::uint64_t unit = 1;
  if (!text.empty() && units.find(text.back()) != std::string_view::npos) {
    unit = seconds[units.find(text.back())];
    text.remove_suffix(1);
  }
  const auto number = parse_decimal(text, most);
  return number ? std::optional{*number * unit} : std::nullopt;
}

/// Whether it asks for the client, rather than for a name in the mail.
bool asks_for_client(const restriction& of) {
  return of.name.empty() || of.name == "check_client_access" ||
         of.name == "check_policy_service";
}

/// The path of a UNIX socket as others see it.
std::string real_path(const setup& postfix, const service& of,
                      const std::string& path) {
  const std::string queue{postfix.value("queue_directory")};
  if (!path.starts_with('/'))
    return queue + '/' + path;
  return of.chroot ? queue + path : path;
}

/// Puts together what is to be said.
class judgement {
public:
  judgement(const asking_place& at, const asked_server& server)
      : at_{at},
        server_{server} {}

  void look_at_door(const asked_listener& found) {
    if (server_.is_proxied)
      wrong("asks through proxy:, where one slow answer holds up all others");
    if (found.by_name)
      wrong(fmt::format("asks {} by a name, which a chrooted smtpd cannot look "
                        "up (expected {})",
                        text_of(server_), found.at->where.to_string()));
    if (server_.door != found.at->kind)
      wrong(fmt::format("asks {} in {}, where `listen` has {}",
                        text_of(server_), protocols::text_of(server_.door),
                        protocols::text_of(found.at->kind)));
  }

  void look_at_place() {
    if (!at_.before.end.empty())
      wrong(fmt::format("{} stands behind \"{}\", and is never asked",
                        text_of(server_), at_.before.end));
    if (!asks_for_client(at_.by))
      return;
    if (!at_.before.own_networks)
      wrong("own networks are looked up, too: permit_mynetworks does not stand "
            "before");
    // The policy door knows who has logged in.
    if (!at_.before.own_users && server_.door != door::policy &&
        at_.postfix.value(at_.of, "smtpd_sasl_auth_enable") == "yes")
      wrong("own users are looked up, too: permit_sasl_authenticated does not "
            "stand before");
  }

  /// What smtpd does not start with.
  void look_for_fatal_options() {
    constexpr std::string_view fatal = "smtpd does not start: ";
    if (!server_.no_option.empty())
      wrong(fmt::format("{}{} is no option (a value with a blank needs braces "
                        "around the option)",
                        fatal, in_quotes(server_.no_option)));
    for (const service_option& each : server_.options) {
      if (std::find(policy_options.begin(), policy_options.end(), each.name) ==
          policy_options.end())
        wrong(fmt::format("{}there is no option {}", fatal,
                          in_quotes(each.name)));
    }
    if (seconds_of(option("retry_delay")) == std::uint64_t{0})
      wrong(fmt::format("{}retry_delay is 1s at least", fatal));
    const std::string_view version = at_.postfix.value("mail_version");
    if (!server_.options.empty() &&
        (version.starts_with("2.") || version.starts_with("1.")))
      wrong(fmt::format("{}Postfix {} knows no options in braces", fatal,
                        version));
  }

  void look_at_options() {
    if (option("default_action").starts_with(usual_default_action))
      wrong("mail is deferred while spfblock is away: default_action=DUNNO is "
            "missing");
    if (seconds_of(option("timeout")).value_or(0) > longest_timeout_s)
      concern("a server that hangs holds each mail for more than ten seconds: "
              "timeout=2s is missing");
    if (option("try_limit") == "1")
      concern("try_limit=1: a restart of spfblock lets the rest of a session "
              "through");
  }

  void end() {
    if (std::none_of(said_.begin(), said_.end(), [](const finding& each) {
          return each.how == verdict::wrong;
        }))
      say(verdict::good, fmt::format("asks {}, {}", text_of(server_),
                                     protocols::text_of(server_.door)));
    if (at_.before.only_warns)
      concern("warn_if_reject: who is listed is logged, not rejected");
  }

  [[nodiscard]] std::vector<finding> said() && { return std::move(said_); }

private:
  /// An option, or else the parameter of main.cf that stands for it.
  [[nodiscard]] std::string option(std::string_view name) const {
    for (const service_option& each : server_.options) {
      if (each.name == name)
        return each.value;
    }
    return std::string{at_.postfix.value(
        at_.of, fmt::format("smtpd_policy_service_{}", name))};
  }

  void wrong(std::string what) { say(verdict::wrong, std::move(what)); }
  void concern(std::string what) { say(verdict::concern, std::move(what)); }
  void say(verdict how, std::string what) {
    said_.push_back({how, at_.where, std::move(what)});
  }

  const asking_place& at_;
  const asked_server& server_;
  std::vector<finding> said_;
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
      if (!server.path.empty() && *path == real_path(postfix, of, server.path))
        return {&each, false};
      continue;
    }
    const net::endpoint& at = *each.where.tcp();
    if (!server.path.empty() || server.port != at.port)
      continue;
    const bool takes_all = at.address.number() == 0;
    if (!address || *address == at.address ||
        (takes_all && address->family() == at.address.family()))
      return {&each, !address};
  }
  return {};
}

void said_before::note(const restriction& of) {
  only_warns = of.name == "warn_if_reject";
  if (of.name == "permit_mynetworks")
    own_networks = true;
  else if (of.name == "permit_sasl_authenticated")
    own_users = true;
  else if (end.empty() &&
           (of.name == "permit" || of.name == "reject" || of.name == "defer"))
    end = of.name;
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
