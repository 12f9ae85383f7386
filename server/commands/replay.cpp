#include "core/reports/replay.hpp"

#include "core/config/domain_name.hpp"
#include "core/maillog/mail_joiner.hpp"
#include "core/reports/difference.hpp"
#include "core/reports/wanted_mail.hpp"
#include "core/support/duration.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/expand_book.hpp"
#include "server/commands/mail_log.hpp"
#include "server/commands/own_hosts.hpp"
#include "server/commands/seen_file.hpp"
#include "server/system/clocks.hpp"

#include <CLI/Validators.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>
#include <variant>

namespace spfblock::server {
namespace {

/// What is looked at.
struct replay_choice {
  log_choice log;
  /// Domains that are listed as well, and reject; a configured one rejects
  /// then, whatever its action.
  std::vector<std::string> with;
  /// The file that is given the networks that delivered wanted mail.
  std::optional<std::string> seen;
  /// From that file goes what delivered none for so long.
  std::optional<std::chrono::seconds> forget_after;
};

CLI::Validator is_duration() {
  const auto fault_of = [](const std::string& text) {
    std::string typed = text;
    unmark(typed);
    return parse_duration(typed)
               ? std::string{}
               : in_quotes(typed) + " is no duration such as 180d";
  };
  return CLI::Validator{fault_of, "DURATION"};
}

/// Lists one more domain, so that it rejects.  One that is configured keeps its
/// settings and its place.
void list(const dns::name& name, config::settings& in) {
  const auto reject =
      table::action::parse("REJECT listed in the SPF record of {domain}");
  for (config::domain_entry& each : in.domains) {
    if (each.name == name) {
      each.action = *reject;
      return;
    }
  }
  config::spf_domain made;
  made.name = name;
  made.on_permerror = in.on_permerror;
  made.limits = in.limits;
  in.domains.emplace_back(std::move(made), *reject);
}

/// @return whether all are domains; which is not was said on stderr
bool list_all(const std::vector<std::string>& domains, config::settings& in) {
  for (const std::string& each : domains) {
    const auto name = config::parse_domain(each);
    if (!name) {
      std::cerr << "spfblock: --with: " << name.error().message << '\n';
      return false;
    }
    list(*name, in);
  }
  return true;
}

/// Whether every door knows the recipient, so that exempt ones are.
bool doors_know_recipients(const config::settings& of) {
  return std::all_of(of.listen.begin(), of.listen.end(),
                     [](const config::listener& each) {
                       return each.kind == protocols::door::policy;
                     });
}

/// What is kept of the mails of a log, and where.
struct seen_keeping {
  seen_file file;
  reports::wanted_mail wanted;
};

/// Nothing where it is not asked for.
std::variant<std::optional<seen_keeping>, exit_status>
begin_keeping(const replay_choice& choice, const config::settings& of) {
  if (!choice.seen)
    return std::optional<seen_keeping>{};
  auto file = seen_file::read(*choice.seen);
  if (const auto* const failed = std::get_if<exit_status>(&file))
    return *failed;
  auto& read = std::get<seen_file>(file);
  reports::wanted_mail wanted{own_hosts(of), read.networks()};
  return std::optional{seen_keeping{std::move(read), std::move(wanted)}};
}

/// @return an exit status where it failed, which was said
std::optional<exit_status> keep(seen_keeping& of, const replay_choice& choice,
                                const std::string& configuration_file) {
  if (choice.forget_after)
    of.wanted.forget_before(read_clocks().wall - *choice.forget_after);
  const auto networks = of.wanted.networks();
  if (const auto failed = of.file.replace(networks, configuration_file))
    return failed;
  std::cerr << "spfblock: " << counted(networks.size(), "network")
            << " delivered wanted mail, " << of.wanted.added()
            << " of them new\n";
  return std::nullopt;
}

/// Expands all domains now, and says what the table would have done to the
/// mails of the log, by what became of them.
/// @return negative if mail that was delivered, and not taken for spam, would
///         have been rejected; unavailable if the DNS failed for all domains,
///         or `seen` cannot be written; config if that is faulty
exit_status replay(const std::string& configuration_file,
                   const replay_choice& choice) {
  auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  if (!list_all(choice.with, loaded->settings))
    return exit_status::usage;
  auto keeping = begin_keeping(choice, loaded->settings);
  if (const auto* const failed = std::get_if<exit_status>(&keeping))
    return *failed;
  auto& seen = std::get<std::optional<seen_keeping>>(keeping);
  const domains::domain_book book = expanded_book(*loaded);
  if (reports::difference_between({}, book).dns_failed()) {
    std::cerr << "spfblock: the DNS failed for all domains\n";
    return exit_status::unavailable;
  }

  const table::snapshot table{book.listings(), book.exempt_recipients()};
  reports::replay would{table, doors_know_recipients(loaded->settings)};
  maillog::mail_joiner mails{[&](const maillog::mail& each) {
    if (!choice.log.period.has(each.at))
      return;
    would.take(each);
    if (seen)
      seen->wanted.take(each);
  }};
  if (!read_mail_log(choice.log, [&mails](const maillog::event& next) {
        mails.take(next);
      }))
    return exit_status::unavailable;
  mails.finish();
  if (seen) {
    if (const auto failed = keep(*seen, choice, configuration_file))
      return *failed;
  }
  std::cout << (choice.log.as_json ? reports::to_json(would)
                                   : reports::to_text(would));
  return would.harmed() > 0 ? exit_status::negative : exit_status::done;
}

} // namespace

void offer_replay(command_line& to) {
  const auto choice = std::make_shared<replay_choice>();
  CLI::App& command = to.add(
      "replay", "Say what this table would have done to the mail of the log",
      [choice](const std::string& configuration_file) {
        return replay(configuration_file, *choice);
      });
  command
      .add_option("--with", to.as_typed(choice->with),
                  "Also list this domain, to reject; may be given again")
      ->type_name("DOMAIN")
      ->allow_extra_args(false);
  CLI::Option* seen =
      command
          .add_option("--seen", to.as_typed(choice->seen),
                      "Also add to this file the networks that delivered "
                      "wanted\nmail, for allow.seen")
          ->type_name("FILE");
  command
      .add_option_function<std::string>(
          "--forget-after",
          [choice](const std::string& text) {
            choice->forget_after = parse_duration(text);
          },
          "Drop from it what delivered none for so long, as in 180d")
      ->check(is_duration())
      ->option_text("DURATION")
      ->needs(seen);
  offer_log_options(to, command, choice->log);
}

} // namespace spfblock::server
