// The command line: what was asked for, and which exit status says how it
// went.
#include "core/exports/format.hpp"
#include "core/json/closest_word.hpp"
#include "core/protocols/door.hpp"
#include "core/support/calendar.hpp"
#include "core/support/duration.hpp"
#include "core/support/text.hpp"
#include "server/commands/arguments.hpp"
#include "server/commands/commands.hpp"
#include "server/configuration.hpp"
#include "server/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {
namespace {

/// Where explanations begin in --help, so that none goes beyond 80 columns.
constexpr std::size_t help_column = 22;

/// What the command line says.
struct command_line {
  std::optional<std::string> file_before; ///< the command
  std::optional<std::string> file;
  question asked;
  std::vector<std::string> domains;
  std::vector<std::string> files;
  std::vector<std::string> with;
  std::optional<std::string> seen;
  std::optional<std::string> forget_after;
  std::string address;
  std::optional<std::string> sender;
  std::optional<std::string> helo;
  std::optional<std::string> asked_address;
  std::string export_format;
  std::string suggestions = "text";
  std::optional<std::string> since;
  std::string topic;
  bool as_json = false;
  bool only_trouble = false;
  bool tell_changes = false;
  std::vector<std::string> allowed;
  entry_options entry;
  checks also_checked;
  std::function<exit_status()> chosen;

  /// As it was typed.
  void restore() {
    if (!file)
      file = file_before;
    for (auto* each : {&file, &asked.server, &asked_address, &entry.until,
                       &sender, &helo, &seen, &since})
      unmark(*each);
    for (auto* each : {&asked.keys, &domains, &allowed, &files, &with})
      unmark(*each);
    for (auto* each : {&address, &export_format, &topic, &entry.comment})
      unmark(*each);
  }

  [[nodiscard]] std::string configured() const {
    return file.value_or(default_configuration_file);
  }
  [[nodiscard]] output_format format() const {
    return as_json ? output_format::json : output_format::text;
  }
  [[nodiscard]] server::suggestion_format suggestion_format() const {
    if (as_json || suggestions == "json")
      return server::suggestion_format::json;
    return suggestions == "domains" ? server::suggestion_format::domains
                                    : server::suggestion_format::text;
  }
};

void add_configuration_option(CLI::App& to, std::optional<std::string>& file) {
  to.add_option("-c,--config", file,
                std::string{"Configuration (default: "} +
                    default_configuration_file + ")")
      ->type_name("FILE");
}

/// What all subcommands share.
CLI::App* add_command(CLI::App& program, const std::string& name,
                      const std::string& purpose,
                      std::optional<std::string>& configuration_file) {
  CLI::App* command = program.add_subcommand(name, purpose);
  command->set_version_flag("--version", std::string{"spfblock "} + version);
  add_configuration_option(*command, configuration_file);
  return command;
}

/// The commands that run a server or do without one.
void add_own_commands(CLI::App& program, command_line& line) {
  add_command(program, "serve", "Run the server in the foreground", line.file)
      ->callback([&line] {
        line.chosen = [&line] { return serve_command(line.configured()); };
      });
  CLI::App* check =
      add_command(program, "check", "Validate the configuration", line.file);
  check->add_flag("--postfix", line.also_checked.postfix,
                  "Also say whether Postfix asks, and rightly");
  check->add_flag("--dnsbl", line.also_checked.dnsbl,
                  "Also say whether the resolver here asks the door dnsbl");
  check->callback([&line] {
    line.chosen = [&line] {
      return check_command(line.configured(), line.also_checked);
    };
  });

  CLI::App* expand = add_command(
      program, "expand", "Expand SPF records now and print them", line.file);
  expand->add_option("DOMAIN", line.domains, "Domains to expand")
      ->required()
      ->type_name("");
  CLI::Option* json = expand->add_flag("--json", line.as_json,
                                       "Print JSON (docs/expand-json.md)");
  expand
      ->add_option("--address", line.asked_address,
                   "Say instead whether this address passes, and by which term")
      ->type_name("IP")
      ->excludes(json);
  expand->callback([&line] {
    line.chosen = [&line] {
      return expand_command(line.file, line.domains, line.format(),
                            line.asked_address);
    };
  });
}

/// The commands that ask a running server.
void add_asking_commands(CLI::App& program, command_line& line) {
  CLI::App* query = add_command(
      program, "query", "Ask a running server, as Postfix does", line.file);
  query
      ->add_option("--server", line.asked.server,
                   "Where to ask (default: as the configuration says)")
      ->type_name("HOST:PORT");
  query
      ->add_option("--door", line.asked.door,
                   fmt::format("In which protocol: {}",
                               fmt::join(protocols::door_words, ", ")))
      ->check(CLI::IsMember(std::vector<std::string>{
          protocols::door_words.begin(), protocols::door_words.end()}))
      ->option_text("DOOR");
  query
      ->add_option("KEY", line.asked.keys,
                   "Keys to look up; - reads them from stdin.  For policy,\n"
                   "addresses, and what else is known: sender=ADDRESS,\n"
                   "recipient=ADDRESS")
      ->required()
      ->type_name("");
  query->callback([&line] {
    line.chosen = [&line] {
      return query_command(line.configured(), line.asked);
    };
  });

  CLI::App* explain =
      add_command(program, "explain",
                  "Say why an address is listed, or why not", line.file);
  explain->add_option("ADDRESS", line.address, "IPv4 or IPv6 address")
      ->required()
      ->type_name("");
  explain
      ->add_option("--sender", line.sender,
                   "Say instead, step by step, whether this sender's domain\n"
                   "authorises the address")
      ->type_name("SENDER");
  explain->add_option("--helo", line.helo, "What the client said in HELO")
      ->type_name("NAME");
  explain->callback([&line] {
    line.chosen = [&line] {
      if (line.sender || line.helo)
        return explain_mail_command(line.configured(), line.address,
                                    line.sender.value_or(""),
                                    line.helo.value_or(""));
      return explain_command(line.configured(), line.address);
    };
  });

  CLI::App* diff = add_command(
      program, "diff", "Say what a refresh would change, and change nothing",
      line.file);
  diff->add_flag("--exit-code", line.tell_changes,
                 "Exit 1 if something would change");
  diff->callback([&line] {
    line.chosen = [&line] {
      return diff_command(line.configured(), line.tell_changes);
    };
  });

  CLI::App* status =
      add_command(program, "status", "Say how each domain fares", line.file);
  status
      ->add_option("DOMAIN", line.domains, "Domains to tell of (default: all)")
      ->type_name("");
  status->add_flag("--json", line.as_json, "Print JSON (docs/status-json.md)");
  status->add_flag("--trouble", line.only_trouble,
                   "Only domains that somebody should look at");
  status->callback([&line] {
    line.chosen = [&line] {
      return status_command(line.configured(),
                            {line.format(), line.domains, line.only_trouble});
    };
  });
}

/// Reads --since.
/// @return nothing if it is no day, which was said on stderr
std::optional<std::chrono::sys_days> day_since(const std::string& text) {
  const auto day = parse_day(text);
  if (!day)
    std::cerr << "spfblock: --since: " << in_quotes(text)
              << " is no day (expected YYYY-MM-DD)\n";
  return day;
}

/// The commands that tell what was.
void add_history_command(CLI::App& program, command_line& line) {
  CLI::App* history =
      add_command(program, "history",
                  "Say what was listed when, and why that changed", line.file);
  history
      ->add_option("DOMAIN-OR-ADDRESS", line.address,
                   "Only of this (default: everything)")
      ->type_name("");
  history
      ->add_option("--since", line.since, "Leave out what was before this day")
      ->type_name("DAY");
  history->add_flag("--json", line.as_json, "Print JSON (docs/history.md)");
  history->callback([&line] {
    line.chosen = [&line] {
      const auto since = line.since ? day_since(*line.since) : std::nullopt;
      if (line.since && !since)
        return exit_status::usage;
      return history_command(line.configured(),
                             {line.format(), line.address, since});
    };
  });
}

void add_export_command(CLI::App& program, command_line& line) {
  CLI::App* command =
      add_command(program, "export",
                  "Print the whole table for another program", line.file);
  command
      ->add_option("--format", line.export_format,
                   fmt::format("What for (docs/export.md):\n{}",
                               fmt::join(exports::format_names, ", ")))
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{
          exports::format_names.begin(), exports::format_names.end()}))
      ->option_text("FORMAT");
  command->callback([&line] {
    line.chosen = [&line] {
      return export_command(line.configured(), line.export_format);
    };
  });
}

/// What an entry can have beside its name.
void add_entry_options(CLI::App& to, entry_options& into) {
  to.add_option("--until", into.until,
                "End the entry when this day begins, UTC: YYYY-MM-DD")
      ->type_name("DAY");
  to.add_option("--comment", into.comment, "Why, for whoever reads the file")
      ->type_name("TEXT");
}

/// The commands that edit the entry files.
void add_editing_commands(CLI::App& program, command_line& line) {
  CLI::App* add = add_command(program, "add",
                              "List domains, and reload the server", line.file);
  add->add_option("DOMAIN", line.domains, "Domains to list")
      ->required()
      ->type_name("");
  add->add_flag("--watch", line.entry.watch,
                "Reject nothing: only show in the mail log what would be");
  add_entry_options(*add, line.entry);
  add->callback([&line] {
    line.chosen = [&line] {
      return add_command(line.configured(), line.domains, line.entry);
    };
  });

  CLI::App* remove =
      add_command(program, "remove",
                  "List domains no more, and reload the server", line.file);
  remove->add_option("DOMAIN", line.domains, "Domains of the entry files")
      ->required()
      ->type_name("");
  remove->callback([&line] {
    line.chosen = [&line] {
      return remove_command(line.configured(), line.domains);
    };
  });

  CLI::App* allow = add_command(
      program, "allow",
      "Never list a network or the hosts of a domain, and reload", line.file);
  allow
      ->add_option("NETWORK-OR-DOMAIN", line.allowed,
                   "Networks, addresses, or domains with an SPF record")
      ->required()
      ->type_name("");
  add_entry_options(*allow, line.entry);
  allow->callback([&line] {
    line.chosen = [&line] {
      return allow_command(line.configured(), line.allowed, line.entry);
    };
  });
}

/// Adds what all commands have that read the mail log.
void add_log_files(CLI::App& command, command_line& line) {
  command.add_flag("--json", line.as_json, "Print JSON (docs/mail-log.md)");
  command
      .add_option("LOG", line.files,
                  "The mail log; - reads stdin (default: the journal)")
      ->type_name("");
}

CLI::Validator is_duration() {
  return CLI::Validator{[](const std::string& text) {
                          return parse_duration(text)
                                     ? std::string{}
                                     : in_quotes(text) +
                                           " is no duration such as 180d";
                        },
                        "DURATION"};
}

/// The commands that read the mail log.
void add_log_commands(CLI::App& program, command_line& line) {
  CLI::App* replay = add_command(
      program, "replay",
      "Say what this table would have done to the mail of the log", line.file);
  replay
      ->add_option("--with", line.with,
                   "A domain that is listed as well, and rejects; may be given "
                   "again")
      ->type_name("DOMAIN")
      ->allow_extra_args(false);
  CLI::Option* seen =
      replay
          ->add_option("--seen", line.seen,
                       "Also add to this file the networks that delivered "
                       "wanted\nmail, for allow.seen")
          ->type_name("FILE");
  replay
      ->add_option("--forget-after", line.forget_after,
                   "Drop from it what delivered none for so long, as in 180d")
      ->check(is_duration())
      ->option_text("DURATION")
      ->needs(seen);
  add_log_files(*replay, line);
  replay->callback([&line] {
    line.chosen = [&line] {
      replay_choice choice{line.format(), line.with, line.seen, std::nullopt};
      if (line.forget_after)
        choice.forget_after = parse_duration(*line.forget_after);
      return replay_command(line.configured(), choice, line.files);
    };
  });

  CLI::App* suggest = add_command(
      program, "suggest",
      "Say by the mail log whom to list, and change nothing", line.file);
  add_log_files(*suggest, line);
  suggest
      ->add_option("--format", line.suggestions,
                   "As what (domains: a file for domain_files): "
                   "text, json, domains")
      ->check(
          CLI::IsMember(std::vector<std::string>{"text", "json", "domains"}))
      ->excludes(suggest->get_option("--json"))
      ->option_text("FORMAT");
  suggest->add_option("--since", line.since, "Leave out mail before this day")
      ->type_name("DAY");
  suggest->callback([&line] {
    line.chosen = [&line] {
      const auto since = line.since ? day_since(*line.since) : std::nullopt;
      if (line.since && !since)
        return exit_status::usage;
      return suggest_command(line.configured(),
                             {line.suggestion_format(), since}, line.files);
    };
  });

  CLI::App* report = add_command(
      program, "report", "Say by the mail log what was rejected, or would be",
      line.file);
  add_log_files(*report, line);
  report->callback([&line] {
    line.chosen = [&line] {
      return report_command(line.configured(), line.format(), line.files);
    };
  });
}

std::vector<std::string_view> command_names(const CLI::App& program) {
  std::vector<std::string_view> names;
  for (const CLI::App* each : program.get_subcommands(nullptr))
    names.emplace_back(each->get_name());
  return names;
}

std::string unknown_command(const CLI::App& program, const std::string& name) {
  const auto meant = json::closest_word(name, command_names(program));
  return "unknown command: " + name +
         (meant ? fmt::format(" (did you mean {}?)", *meant) : "");
}

/// `help`, and of one command the same as its --help.
void add_help_command(CLI::App& program, command_line& line) {
  CLI::App* help = program.add_subcommand(
      "help", "Say how the program, or a command, is used");
  help->set_version_flag("--version", std::string{"spfblock "} + version);
  help->add_option("COMMAND", line.topic, "The command")->type_name("");
  help->callback([&program, &line] {
    line.chosen = [&program, &line] {
      const auto names = command_names(program);
      const bool known =
          std::find(names.begin(), names.end(), line.topic) != names.end();
      if (!known && !line.topic.empty()) {
        std::cerr << "spfblock: "
                  << printable(unknown_command(program, line.topic)) << '\n';
        return exit_status::usage;
      }
      // CLI::App::help() would tell of the command that was chosen: of this
      // one.
      const CLI::App& told =
          known ? *program.get_subcommand(line.topic) : program;
      std::cout << program.get_formatter()->make_help(
          &told, known ? "spfblock " + line.topic : "spfblock",
          CLI::AppFormatMode::Normal);
      return exit_status::done;
    };
  });
}

/// What is wrong with the command line, as it was typed; safe for a terminal.
std::string complaint(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  auto unknown = (chosen.empty() ? program : *chosen.front()).remaining();
  if (!unknown.empty()) {
    std::string& first = unknown.front();
    unmark(first);
    if (first.starts_with('-') && first.size() > 1)
      return "unknown option: " + printable(first);
    if (chosen.empty())
      return printable(unknown_command(program, first));
    return "unexpected argument: " + printable(first);
  }
  if (chosen.empty() && dynamic_cast<const CLI::RequiredError*>(&error))
    return "a command is missing";
  std::string text = error.what();
  unmark_within(text);
  return printable(text);
}

exit_status run(int argc, const char* const* argv) {
  CLI::App program{
      "Rejects the hosts that spammers list in their SPF records:\n"
      "a tcp_table(5) server for Postfix",
      "spfblock"};
  program.get_formatter()->column_width(help_column);
  program.get_formatter()->label("REQUIRED", "");
  program.set_version_flag("--version", std::string{"spfblock "} + version);
  program.require_subcommand(1);
  command_line line;
  add_configuration_option(program, line.file_before);
  add_own_commands(program, line);
  add_asking_commands(program, line);
  add_history_command(program, line);
  add_export_command(program, line);
  add_editing_commands(program, line);
  add_log_commands(program, line);
  add_help_command(program, line);

  try {
    program.parse(marked(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.exit(error);
      return exit_status::done;
    }
    std::cerr << "spfblock: " << complaint(program, error)
              << "\nRun with --help for more information.\n";
    return exit_status::usage;
  }
  line.restore();
  return line.chosen();
}

} // namespace
} // namespace spfblock::server

int main(int argc, char** argv) {
  using spfblock::server::exit_status;
  try {
    return static_cast<int>(spfblock::server::run(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "spfblock: " << error.what() << '\n';
    return static_cast<int>(exit_status::software);
  }
}
