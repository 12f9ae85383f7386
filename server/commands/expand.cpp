#include "core/config/domain_name.hpp"
#include "core/config/settings_parser.hpp"
#include "core/domains/expansion_rules.hpp"
#include "core/spf/crawl.hpp"
#include "core/spf/expansion_json.hpp"
#include "core/spf/expansion_text.hpp"
#include "core/spf/verdict.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/progress_line.hpp"
#include "server/dns/make_resolver.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace spfblock::server {
namespace {

struct expand_choice {
  std::vector<std::string> domains;
  bool as_json = false;
  /// Says of it, instead of the tree, whether it passes and by which term;
  /// negative if it passes none of the domains.
  std::optional<std::string> address;
};

std::optional<configuration>
chosen_configuration(const std::optional<std::string>& file) {
  if (file)
    return load_or_complain(*file);
  std::error_code ignored;
  if (std::filesystem::exists(default_configuration_file, ignored))
    return load_or_complain(default_configuration_file);
  configuration unsaid;
  unsaid.settings = config::default_settings();
  return unsaid;
}

std::optional<std::vector<dns::name>>
names_of(const std::vector<std::string>& domains) {
  std::vector<dns::name> names;
  for (const std::string& domain : domains) {
    const auto name = config::parse_domain(domain);
    if (!name) {
      std::cerr << "spfblock: " << name.error().message << '\n';
      return std::nullopt;
    }
    names.push_back(*name);
  }
  return names;
}

std::vector<spf::expansion> expand_all(const std::vector<dns::name>& names,
                                       const configuration& by) {
  boost::asio::io_context io{1};
  const log_sink log{level::warning};
  const auto questions = make_resolver(io, log, by);
  const auto round = std::make_shared<spf::crawl>(std::weak_ptr{questions});
  std::vector<spf::expansion> results(names.size());
  progress_line progress{io, names.size()};
  for (std::size_t i = 0; i < names.size(); ++i) {
    round->expand(names[i], domains::rules_for(names[i], by.settings),
                  [&results, &progress, i](const spf::expansion& result) {
                    results[i] = result;
                    progress.one_more();
                  });
  }
  io.run();
  return results;
}

/// Whether a door is configured that knows the mail.
bool sees_mail(const config::settings& by) {
  return std::any_of(by.listen.begin(), by.listen.end(),
                     [](const config::listener& each) {
                       return each.kind == protocols::door::policy;
                     });
}

void print_text(const std::vector<spf::expansion>& results, bool mail_is_seen) {
  const auto colour =
      isatty(STDOUT_FILENO) == 1 ? spf::colour::on : spf::colour::off;
  for (const spf::expansion& result : results) {
    if (&result != &results.front())
      std::cout << '\n';
    std::cout << spf::to_text(result, colour);
    for (const spf::named_clients& each : result.residue.named)
      std::cout << "  at any door, for clients with a confirmed name at or "
                   "below "
                << each.target.to_string() << '\n';
    if (!result.residue.terms.empty())
      std::cout << (mail_is_seen
                        ? "  at the door policy, for mail that claims "
                          "the domain\n"
                        : "  at a door policy, and none is configured\n");
  }
}

/// Says of each domain whether the address passes.
exit_status print_verdicts(const net::ip_address& address,
                           const std::vector<spf::expansion>& results) {
  using kind = spf::verdict::kind;
  auto status = exit_status::done;
  for (const spf::expansion& each : results) {
    const spf::verdict on = spf::verdict_on(address, each);
    std::cout << spf::to_text(on, address, each.domain);
    if (on.what == kind::temperror)
      status = exit_status::unavailable;
    else if (on.what != kind::pass && status == exit_status::done)
      status = exit_status::negative;
  }
  return status;
}

/// Expands domains now and prints their include trees, or verdicts.  Where
/// `configuration_file` is not given and the default one does not exist, the
/// defaults apply: any domain can be looked at without set-up.
exit_status expand(const std::optional<std::string>& configuration_file,
                   const expand_choice& choice) {
  const auto asked =
      choice.address ? std::optional{net::ip_address::parse(*choice.address)}
                     : std::nullopt;
  if (asked && !*asked) {
    std::cerr << "spfblock: --address: " << asked->error().message << '\n';
    return exit_status::usage;
  }
  const auto names = names_of(choice.domains);
  if (!names)
    return exit_status::usage;
  const auto loaded = chosen_configuration(configuration_file);
  if (!loaded)
    return exit_status::config;

  const auto results = expand_all(*names, *loaded);
  if (asked)
    return print_verdicts(**asked, results);
  if (choice.as_json)
    std::cout << spf::to_json(results);
  else
    print_text(results, sees_mail(loaded->settings));
  const bool learnt =
      std::any_of(results.begin(), results.end(), spf::decides_about_somebody);
  return learnt ? exit_status::done : exit_status::unavailable;
}

} // namespace

void offer_expand(command_line& to) {
  const auto choice = std::make_shared<expand_choice>();
  CLI::App& command =
      to.add("expand", "Expand SPF records now and print them",
             [choice, &to](const std::string& /*configuration_file*/) {
               return expand(to.named_file(), *choice);
             });
  command
      .add_option("DOMAIN", to.as_typed(choice->domains), "Domains to expand")
      ->required()
      ->type_name("");
  CLI::Option* json = command.add_flag("--json", choice->as_json,
                                       "Print JSON (docs/expand-json.md)");
  command
      .add_option("--address", to.as_typed(choice->address),
                  "Say instead whether this address passes, and by which term")
      ->type_name("IP")
      ->excludes(json);
}

} // namespace spfblock::server
