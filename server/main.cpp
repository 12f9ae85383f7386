// The command line: what was asked for, and which exit status says how it
// went.
#include "server/commands/commands.hpp"
#include "server/configuration.hpp"
#include "server/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {
namespace {

/// What all subcommands share.
CLI::App* add_command(CLI::App& program, const std::string& name,
                      const std::string& purpose,
                      std::optional<std::string>& configuration_file) {
  CLI::App* command = program.add_subcommand(name, purpose);
  command->set_version_flag("--version", std::string{"spfblock "} + version);
  command->add_option("-c,--config", configuration_file,
                      std::string{"Configuration file (default: "} +
                          default_configuration_file + ")");
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

exit_status run(int argc, const char* const* argv) {
  CLI::App program{"Rejects the hosts that spammers list in their SPF records: "
                   "a tcp_table(5) server for Postfix",
                   "spfblock"};
  program.set_version_flag("--version", std::string{"spfblock "} + version);
  program.require_subcommand(1);

  std::optional<std::string> file;
  std::optional<std::string> server;
  std::vector<std::string> keys;
  std::vector<std::string> domains;
  bool as_json = false;
  std::string address;
  std::function<exit_status()> chosen;
  const auto configured = [&file] {
    return file.value_or(default_configuration_file);
  };

  add_command(program, "serve", "Run the server in the foreground", file)
      ->callback([&] { chosen = [&] { return serve_command(configured()); }; });
  add_command(program, "check", "Validate the configuration", file)
      ->callback([&] { chosen = [&] { return check_command(configured()); }; });

  CLI::App* query = add_command(program, "query",
                                "Ask a running server, as Postfix does", file);
  query->add_option(
      "--server", server,
      "Where to ask, HOST:PORT (default: from the configuration)");
  query->add_option("key", keys, "Keys to look up; - reads them from stdin")
      ->required();
  query->callback([&] {
    chosen = [&] {
      return query_command(configured(), server, unmarked(keys));
    };
  });

  CLI::App* expand = add_command(program, "expand",
                                 "Expand SPF records now and print them", file);
  expand->add_option("domain", domains, "Domains to expand")->required();
  expand->add_flag("--json", as_json, "Print JSON (docs/expand-json.md)");
  expand->callback([&] {
    chosen = [&] {
      return expand_command(
          file, domains, as_json ? output_format::json : output_format::text);
    };
  });

  CLI::App* explain =
      add_command(program, "explain",
                  "Say why an address is listed, or that it is not", file);
  explain->add_option("address", address, "IPv4 or IPv6 address")->required();
  explain->callback(
      [&] { chosen = [&] { return explain_command(configured(), address); }; });

  try {
    program.parse(marked(argc, argv));
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    program.exit(error);
    return asked_for_help ? exit_status::done : exit_status::usage;
  }
  return chosen();
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
