// The command line: what was asked for, and which exit status says how it
// went.
#include "core/exports/format.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/configuration.hpp"
#include "server/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {
namespace {

/// Where explanations begin in --help, so that none goes beyond 80 columns.
constexpr std::size_t help_column = 22;

/// What all subcommands share.
CLI::App* add_command(CLI::App& program, const std::string& name,
                      const std::string& purpose,
                      std::optional<std::string>& configuration_file) {
  CLI::App* command = program.add_subcommand(name, purpose);
  command->set_version_flag("--version", std::string{"spfblock "} + version);
  command
      ->add_option("-c,--config", configuration_file,
                   std::string{"Configuration (default: "} +
                       default_configuration_file + ")")
      ->type_name("FILE");
  return command;
}

/// CLI11 takes "[a,b]" among several arguments for a list.  Here it is a key
/// like any other; a mark behind the bracket keeps it in one piece.
constexpr char mark = '\x01';

/// The arguments as CLI11 wants them: marked, in reverse order.
std::vector<std::string> marked(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    arguments.emplace_back(argv[i]);
    if (arguments.back().starts_with('['))
      arguments.back() += mark;
  }
  return arguments;
}

std::vector<std::string> unmarked(std::vector<std::string> values) {
  for (std::string& each : values) {
    if (each.ends_with(mark))
      each.pop_back();
  }
  return values;
}

/// What the command line says.
struct command_line {
  std::optional<std::string> file;
  std::optional<std::string> server;
  std::vector<std::string> keys;
  std::vector<std::string> domains;
  std::string address;
  std::string export_format;
  bool as_json = false;
  std::function<exit_status()> chosen;

  [[nodiscard]] std::string configured() const {
    return file.value_or(default_configuration_file);
  }
  [[nodiscard]] output_format format() const {
    return as_json ? output_format::json : output_format::text;
  }
};

/// The commands that run a server or do without one.
void add_own_commands(CLI::App& program, command_line& line) {
  add_command(program, "serve", "Run the server in the foreground", line.file)
      ->callback([&line] {
        line.chosen = [&line] { return serve_command(line.configured()); };
      });
  add_command(program, "check", "Validate the configuration", line.file)
      ->callback([&line] {
        line.chosen = [&line] { return check_command(line.configured()); };
      });

  CLI::App* expand = add_command(
      program, "expand", "Expand SPF records now and print them", line.file);
  expand->add_option("DOMAIN", line.domains, "Domains to expand")
      ->required()
      ->type_name("");
  expand->add_flag("--json", line.as_json, "Print JSON (docs/expand-json.md)");
  expand->callback([&line] {
    line.chosen = [&line] {
      return expand_command(line.file, line.domains, line.format());
    };
  });
}

/// The commands that ask a running server.
void add_asking_commands(CLI::App& program, command_line& line) {
  CLI::App* query = add_command(
      program, "query", "Ask a running server, as Postfix does", line.file);
  query
      ->add_option("--server", line.server,
                   "Where to ask (default: as the configuration says)")
      ->type_name("HOST:PORT");
  query
      ->add_option("KEY", line.keys, "Keys to look up; - reads them from stdin")
      ->required()
      ->type_name("");
  query->callback([&line] {
    line.chosen = [&line] {
      return query_command(line.configured(), line.server, unmarked(line.keys));
    };
  });

  CLI::App* explain =
      add_command(program, "explain",
                  "Say why an address is listed, or why not", line.file);
  explain->add_option("ADDRESS", line.address, "IPv4 or IPv6 address")
      ->required()
      ->type_name("");
  explain->callback([&line] {
    line.chosen = [&line] {
      return explain_command(line.configured(), line.address);
    };
  });

  add_command(program, "diff",
              "Say what a refresh would change, and change nothing", line.file)
      ->callback([&line] {
        line.chosen = [&line] { return diff_command(line.configured()); };
      });

  CLI::App* status =
      add_command(program, "status", "Say how each domain fares", line.file);
  status->add_flag("--json", line.as_json, "Print JSON (docs/status-json.md)");
  status->callback([&line] {
    line.chosen = [&line] {
      return status_command(line.configured(), line.format());
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

/// What is wrong with the command line; safe for a terminal.
std::string complaint(const CLI::App& program, const CLI::ParseError& error) {
  const auto unknown = program.remaining();
  std::string text = error.what();
  if (program.get_subcommands().empty() && !unknown.empty())
    text = (unknown.front().starts_with('-') ? "unknown option: "
                                             : "unknown command: ") +
           unknown.front();
  std::erase(text, mark);
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
  add_own_commands(program, line);
  add_asking_commands(program, line);
  add_export_command(program, line);

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
