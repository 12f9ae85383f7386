#include "core/postfix/wiring.hpp"

#include "core/postfix/asking.hpp"
#include "core/postfix/judgement.hpp"
#include "core/postfix/restrictions.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace spfblock::postfix {
namespace {

std::vector<asked_server> servers_of(const restriction& of) {
  if (of.name != "check_policy_service")
    return servers_of_table(of.argument);
  const auto server = policy_server(of.argument);
  return server ? std::vector{*server} : std::vector<asked_server>{};
}

/// Whether mail from anywhere comes to it.
bool is_for_everybody(const service& of) {
  return of.type == "pass" || of.name == "smtp" || of.name == "25" ||
         of.name.ends_with(":smtp") || of.name.ends_with(":25");
}

/// Looks a setup over.
class inspection {
public:
  inspection(const setup& postfix, const config::settings& settings)
      : postfix_{postfix},
        settings_{settings} {}

  std::vector<finding> run() {
    for (const service& each : postfix_.services()) {
      if (each.command == "postscreen")
        look_at_postscreen(each);
      else if (each.command == "smtpd")
        look_at_smtpd(each);
    }
    if (asking_.empty())
      tell_that_nobody_asks();
    else
      tell_who_does_not_ask();
    count_processes();
    return std::move(found_);
  }

private:
  void look_at_smtpd(const service& of) {
    bool asks = false;
    for (const char* const list : restriction_lists) {
      said_before before;
      for (const restriction& each : restrictions_of(postfix_, of, list)) {
        const asking_place at{postfix_, of, place_of(of, list), each, before};
        for (const asked_server& server : servers_of(each))
          asks |= look_at_server(at, server);
        before.note(each);
      }
    }
    if (asks)
      asking_.push_back(&of);
    else if (is_for_everybody(of))
      silent_.push_back(&of);
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
    return true;
  }

  void look_at_postscreen(const service& of) {
    constexpr const char* list = "postscreen_access_list";
    for (const auto element : elements_of(postfix_.value(of, list))) {
      for (const asked_server& server : servers_of_table(element)) {
        if (listener_of(postfix_, of, server, settings_.listen).at)
          add({verdict::wrong, place_of(of, list),
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
    for (const service* each : silent_)
      add({verdict::concern, "master.cf: " + each->to_string(),
           "does not ask, while others do"});
  }

  void count_processes() {
    constexpr std::uint64_t most = 1'000'000;
    std::uint64_t sum = 0;
    for (const service* each : asking_) {
      const auto limit =
          parse_decimal(each->process_limit == "-"
                            ? postfix_.value("default_process_limit")
                            : std::string_view{each->process_limit},
                        most)
              .value_or(0);
      if (limit == 0)
        add({verdict::concern, "master.cf: " + each->to_string(),
             fmt::format("has no limit of processes, each of which holds one "
                         "of {} connections",
                         settings_.connections)});
      sum += limit;
    }
    if (sum > settings_.connections)
      add({verdict::wrong, "master.cf",
           fmt::format("up to {} smtpd processes ask, and `connections` is {}",
                       sum, settings_.connections)});
  }

  [[nodiscard]] std::string place_of(const service& of,
                                     const std::string& parameter) const {
    if (postfix_.is_overridden(of, parameter))
      return fmt::format("master.cf: {}: {}", of.to_string(), parameter);
    return "main.cf: " + parameter;
  }

  /// Several services say the same of one list.
  void add(finding one) {
    if (std::find(found_.begin(), found_.end(), one) == found_.end())
      found_.push_back(std::move(one));
  }

  const setup& postfix_;
  const config::settings& settings_;
  std::vector<finding> found_;
  std::vector<finding> strangers_; ///< servers that are asked and not ours
  std::vector<const service*> asking_;
  std::vector<const service*> silent_; ///< for everybody, and ask not
};

} // namespace

std::vector<finding> wiring_of(const setup& postfix,
                               const config::settings& settings) {
  return inspection{postfix, settings}.run();
}

} // namespace spfblock::postfix
