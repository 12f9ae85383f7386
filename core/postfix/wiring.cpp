#include "core/postfix/wiring.hpp"

#include "core/postfix/asking.hpp"
#include "core/postfix/judgement.hpp"
#include "core/postfix/relaying.hpp"
#include "core/postfix/restrictions.hpp"
#include "core/postfix/socket_way.hpp"
#include "core/postfix/zone_asking.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::postfix {
namespace {

/// What holds no access decisions, and asks for something else than addresses
/// of clients, or takes any answer for a yes.
constexpr std::array<const char*, 26> other_tables{
    "mynetworks",
    "smtpd_authorized_xclient_hosts",
    "smtpd_authorized_xforward_hosts",
    "smtpd_client_event_limit_exceptions",
    "smtpd_discard_ehlo_keyword_address_maps",
    "smtpd_milter_maps",
    "smtpd_sender_login_maps",
    "mydestination",
    "relay_domains",
    "virtual_alias_domains",
    "virtual_mailbox_domains",
    "local_recipient_maps",
    "relay_recipient_maps",
    "virtual_alias_maps",
    "virtual_mailbox_maps",
    "canonical_maps",
    "sender_canonical_maps",
    "recipient_canonical_maps",
    "sender_bcc_maps",
    "recipient_bcc_maps",
    "sender_dependent_relayhost_maps",
    "transport_maps",
    "relocated_maps",
    "header_checks",
    "body_checks",
    "permit_mx_backup_networks",
};

bool asks_a_dnsbl(const restriction& of) {
  return of.name.starts_with("reject_rbl") ||
         of.name.starts_with("reject_rhsbl") ||
         of.name.starts_with("permit_dnswl") ||
         of.name.starts_with("permit_rhswl");
}

bool holds_everybody(std::string_view networks) {
  const auto all = elements_of(networks);
  return std::any_of(all.begin(), all.end(), [](std::string_view each) {
    return each == "0.0.0.0/0" || each == "[::]/0";
  });
}

/// What keeps smtpd from using the restriction; empty if nothing does.
std::string fault_of(const restriction& of) {
  if (of.argument.empty() && has_argument(of.name))
    return fmt::format("smtpd answers 451: nothing stands behind {}", of.name);
  if (of.name == "check_policy_service" && !policy_server(of.argument))
    return fmt::format(
        "smtpd does not start: {} is no policy service (expected "
        "inet:HOST:PORT or unix:PATH; its options stand with it "
        "in one pair of braces)",
        in_quotes(of.argument));
  if (of.name != "check_policy_service" && of.argument.starts_with("inet:"))
    return fmt::format("smtpd answers 451: {} is no table (expected tcp:{})",
                       in_quotes(of.argument), of.argument.substr(5));
  if (of.argument.starts_with("tcp:") &&
      !parse_decimal(of.argument.substr(4), 65535) &&
      of.argument.find(':', 4) == std::string_view::npos)
    return fmt::format("smtpd ends at the first lookup: {} names no port",
                       of.argument);
  if (is_option_astray(of))
    return fmt::format("smtpd answers 451: {} is no restriction (an option "
                       "stands within the braces of its policy service)",
                       in_quotes(of.name));
  return {};
}

/// Whether mail from anywhere comes to it.
bool is_for_everybody(const service& of) {
  return of.type == "pass" || of.name == "smtp" || of.name == "25" ||
         of.name.ends_with(":smtp") || of.name.ends_with(":25");
}

/// Looks a setup over.
class inspection {
public:
  inspection(const setup& postfix, const config::settings& settings,
             const machine* on)
      : postfix_{postfix},
        settings_{settings},
        machine_{on} {}

  std::vector<finding> run() {
    find_classes_without_list();
    for (const service& each : postfix_.services()) {
      if (each.command == "postscreen")
        look_at_postscreen(each);
      else if (each.command == "smtpd")
        look_at_smtpd(each);
    }
    if (!is_asked_)
      tell_that_nobody_asks();
    else
      tell_who_does_not_ask();
    count_processes();
    return std::move(found_);
  }

private:
  void look_at_smtpd(const service& of) {
    look_at_who_it_is(of);
    bool asks = false;
    heard_.clear();
    holds_connection_ = false;
    for (const char* const list : restriction_lists)
      asks = look_at_list(of, list) || asks;
    asks = look_at_classes(of) || asks;
    for (finding& each : judge_relaying(postfix_, of, settings_))
      add(std::move(each));
    look_at_other_tables(of);
    if (asks) {
      is_asked_ = true;
      look_at_whom_it_spares(of);
    } else if (is_for_everybody(of)) {
      silent_.push_back(&of);
    }
    if (holds_connection_)
      holders_.push_back(&of);
  }

  /// @return whether a door of ours is asked there
  bool look_at_list(const service& of, const char* list) {
    bool asks = false;
    said_before before;
    for (const restriction& each : restrictions_of(postfix_, of, list)) {
      const asking_place at{postfix_, of,    list, postfix_.place_of(of, list),
                            each,     before};
      asks = look_at_restriction(at) || asks;
      before.note(each);
    }
    return asks;
  }

  bool look_at_restriction(const asking_place& at) {
    if (std::string fault = fault_of(at.by); !fault.empty())
      add({verdict::wrong, at.where, std::move(fault)});
    if (asks_a_dnsbl(at.by)) {
      const auto zone = asked_zone_of(at.by.argument);
      const auto* const door = listener_of_zone(zone.name, settings_.listen);
      if (door == nullptr)
        return false;
      for (finding& each : judge_zone(at))
        add(std::move(each));
      hear(at, *door, std::string{zone.name});
      return true;
    }
    bool asks = false;
    for (const asked_server& server : servers_of(at.by))
      asks = look_at_server(at, server) || asks;
    return asks;
  }

  /// @return whether it is a door of ours
  bool look_at_server(const asking_place& at, const asked_server& server) {
    const auto door = listener_of(postfix_, at.of, server, settings_.listen);
    if (!door.at) {
      strangers_.push_back(
          {verdict::wrong, at.where,
           fmt::format("asks {}, where `listen` has nothing", text_of(server)),
           true});
      return false;
    }
    for (finding& each : judge(at, server, door))
      add(std::move(each));
    if (machine_ != nullptr && !server.path.empty() && !door.by_other_root)
      for (finding& each : judge_way(at, server.path, *machine_))
        add(std::move(each));
    holds_connection_ = true;
    hear(at, *door.at, text_of(server));
    return true;
  }

  /// Notes that a mail's client is looked up there.
  void hear(const asking_place& at, const config::listener& door,
            const std::string& name) {
    if (!asks_for_client(at))
      return;
    const auto before = heard_.find(&door);
    if (before != heard_.end())
      add({verdict::concern, at.where,
           fmt::format("asks {} once more for the same mail: {} has asked",
                       name, before->second)});
    else
      heard_.emplace(&door, at.list);
  }

  /// Those that no list of any smtpd leads to.
  void find_classes_without_list() {
    bool is_first = true;
    for (const service& each : postfix_.services()) {
      if (each.command != "smtpd")
        continue;
      const auto unmet = classes_without_list(postfix_, each);
      const std::set<std::string_view> here{unmet.begin(), unmet.end()};
      if (std::exchange(is_first, false))
        astray_ = here;
      else
        std::erase_if(astray_,
                      [&](const auto& of) { return !here.contains(of); });
    }
  }

  /// Classes that a table may name: nobody sees from here for which mail.
  bool look_at_classes(const service& of) {
    bool asks = false;
    for (const std::string_view name : astray_) {
      const std::string list{name};
      for (const restriction& each : restrictions_of(postfix_, of, list)) {
        for (const asked_server& server : servers_of(each)) {
          if (!listener_of(postfix_, of, server, settings_.listen).at)
            continue;
          add({verdict::concern, postfix_.place_of(of, list),
               fmt::format("asks {}, but no list names this class: only mail "
                           "for which a table does is looked up",
                           text_of(server))});
          holds_connection_ = true;
          asks = true;
        }
      }
    }
    return asks;
  }

  void look_at_other_tables(const service& of) {
    for (const char* const parameter : other_tables) {
      for (const auto element : elements_of(postfix_.value(of, parameter))) {
        for (const asked_server& server : servers_of_table(element)) {
          if (!listener_of(postfix_, of, server, settings_.listen).at)
            continue;
          add({verdict::wrong, postfix_.place_of(of, parameter),
               parameter == other_tables.front()
                   ? fmt::format("{} makes who is listed one of the own "
                                 "networks, which may relay",
                                 text_of(server))
                   : fmt::format("asks {}, which knows nothing but clients "
                                 "that are listed",
                                 text_of(server))});
        }
      }
    }
  }

  /// Of an smtpd that asks: whom it does not ask about, and what becomes of who
  /// is listed.
  void look_at_whom_it_spares(const service& of) {
    if (holds_everybody(postfix_.value(of, "mynetworks")))
      add({verdict::wrong, postfix_.place_of(of, "mynetworks"),
           "everybody is in the own networks: nobody is looked up behind "
           "permit_mynetworks"});
    if (postfix_.value(of, "soft_bounce") == "yes")
      add({verdict::concern, postfix_.place_of(of, "soft_bounce"),
           "who is listed is deferred, not rejected"});
  }

  void look_at_who_it_is(const service& of) {
    if (of.is_root)
      add({verdict::wrong, "master.cf: " + of.to_string(),
           "smtpd does not start: the fourth column, unprivileged, is \"n\", "
           "and "
           "it refuses to run as root (expected \"-\")"});
  }

  void look_at_postscreen(const service& of) {
    look_at_access_list(of);
    constexpr const char* list = "postscreen_dnsbl_sites";
    for (const auto site : elements_of(postfix_.value(of, list))) {
      if (!listener_of_zone(asked_zone_of(site).name, settings_.listen))
        continue;
      for (finding& each :
           judge_site(postfix_, of, postfix_.place_of(of, list), site))
        add(std::move(each));
      is_asked_ = does_postscreen_ask_ = true;
    }
  }

  void look_at_access_list(const service& of) {
    constexpr const char* list = "postscreen_access_list";
    for (const auto element : elements_of(postfix_.value(of, list))) {
      for (const asked_server& server : servers_of_table(element)) {
        if (listener_of(postfix_, of, server, settings_.listen).at)
          add({verdict::wrong, postfix_.place_of(of, list),
               "a table that is away for ten seconds ends postscreen, with all "
               "its connections: ask in smtpd_client_restrictions"});
      }
    }
  }

  void tell_that_nobody_asks() {
    std::string doors;
    for (const config::listener& each : settings_.listen)
      doors +=
          fmt::format("{}{} {}", doors.empty() ? "" : ", ",
                      protocols::text_of(each.kind), each.where.to_string());
    add({verdict::wrong, "main.cf",
         fmt::format("no smtpd asks a door of `listen` ({})", doors)});
    for (finding& each : strangers_)
      add(std::move(each));
  }

  void tell_who_does_not_ask() {
    for (const service* each : silent_) {
      if (each->type == "pass" && does_postscreen_ask_)
        continue; // who comes there was looked up
      add({verdict::concern, "master.cf: " + each->to_string(),
           "does not ask, while others do"});
    }
  }

  void count_processes() {
    constexpr std::uint64_t most = 1'000'000;
    std::uint64_t sum = 0;
    for (const service* each : holders_) {
      const auto limit =
          parse_decimal(each->process_limit == "-"
                            ? postfix_.value("default_process_limit")
                            : std::string_view{each->process_limit},
                        most)
              .value_or(0);
      if (limit == 0)
        add({verdict::concern, "master.cf: " + each->to_string(),
             fmt::format("has no limit of processes, each of which holds one "
                         "of {}",
                         counted(settings_.connections, "connection"))});
      sum += limit;
    }
    if (sum > settings_.connections)
      add({verdict::wrong, "master.cf",
           fmt::format("up to {} ask, and `connections` is {}",
                       counted(sum, "smtpd process", "smtpd processes"),
                       settings_.connections)});
  }

  /// Several services say the same of one list.
  void add(finding one) {
    if (std::find(found_.begin(), found_.end(), one) == found_.end())
      found_.push_back(std::move(one));
  }

  const setup& postfix_;
  const config::settings& settings_;
  const machine* machine_;
  std::vector<finding> found_;
  std::vector<finding> strangers_; ///< servers that are asked and not ours
  bool is_asked_ = false;          ///< by an smtpd or a postscreen
  bool does_postscreen_ask_ = false;
  std::vector<const service*> holders_; ///< whose processes hold connections
  std::set<std::string_view> astray_;   ///< classes without a list
  // Of the smtpd that is looked at:
  bool holds_connection_ = false;
  /// The doors that it asks about a client, and
  /// in which list.
  std::map<const config::listener*, std::string> heard_;
  std::vector<const service*> silent_; ///< for everybody, and ask not
};

} // namespace

std::vector<finding> wiring_of(const setup& postfix,
                               const config::settings& settings,
                               const machine* on) {
  return inspection{postfix, settings, on}.run();
}

} // namespace spfblock::postfix
