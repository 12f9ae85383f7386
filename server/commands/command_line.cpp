#include "server/commands/command_line.hpp"

#include "core/json/closest_word.hpp"
#include "core/support/text.hpp"
#include "server/configuration.hpp"
#include "server/version.hpp"

#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string_view>
#include <utility>

namespace spfblock::server {
namespace {

/// Where explanations begin in --help, so that none goes beyond 80 columns.
constexpr std::size_t help_column = 22;

void add_version(CLI::App& to) {
  to.set_version_flag("--version", std::string{"spfblock "} + version);
}

void add_configuration_option(CLI::App& to, std::optional<std::string>& file) {
  to.add_option("-c,--config", file,
                std::string{"Configuration (default: "} +
                    default_configuration_file + ")")
      ->type_name("FILE");
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

} // namespace

command_line::command_line()
    : program_{"Rejects the hosts that spammers list in their SPF records:\n"
               "a tcp_table(5) server for Postfix",
               "spfblock"} {
  program_.get_formatter()->column_width(help_column);
  program_.get_formatter()->label("REQUIRED", "");
  program_.require_subcommand(1);
  add_version(program_);
  add_configuration_option(program_, as_typed(file_before_));
  as_typed(file_);
}

CLI::App& command_line::add(
    const std::string& name, const std::string& purpose,
    std::function<exit_status(const std::string& configuration_file)> does) {
  CLI::App& command = *program_.add_subcommand(name, purpose);
  add_version(command);
  add_configuration_option(command, file_);
  command.callback([this, does = std::move(does)] {
    chosen_ = [this, does] {
      if (!file_)
        file_ = file_before_;
      return does(file_.value_or(default_configuration_file));
    };
  });
  return command;
}

/// `help`, and of one command the same as its --help.
void command_line::add_help() {
  CLI::App& help = *program_.add_subcommand(
      "help", "Say how the program, or a command, is used");
  add_version(help);
  const auto topic = std::make_shared<std::string>();
  help.add_option("COMMAND", as_typed(*topic), "The command")->type_name("");
  help.callback(
      [this, topic] { chosen_ = [this, topic] { return help_with(*topic); }; });
}

exit_status command_line::help_with(const std::string& topic) const {
  const auto names = command_names(program_);
  const bool known =
      std::find(names.begin(), names.end(), topic) != names.end();
  if (!known && !topic.empty()) {
    std::cerr << "spfblock: " << printable(unknown_command(program_, topic))
              << '\n';
    return exit_status::usage;
  }
  // CLI::App::help() would tell of the command that was chosen: of this one.
  const CLI::App& told = known ? *program_.get_subcommand(topic) : program_;
  std::cout << program_.get_formatter()->make_help(
      &told, known ? "spfblock " + topic : "spfblock",
      CLI::AppFormatMode::Normal);
  return exit_status::done;
}

/// What is wrong with the command line, as it was typed; safe for a terminal.
std::string command_line::complaint(const CLI::ParseError& error) const {
  const auto chosen = program_.get_subcommands();
  auto unknown = (chosen.empty() ? program_ : *chosen.front()).remaining();
  if (!unknown.empty()) {
    std::string& first = unknown.front();
    unmark(first);
    if (first.starts_with('-') && first.size() > 1)
      return "unknown option: " + printable(first);
    if (chosen.empty())
      return printable(unknown_command(program_, first));
    return "unexpected argument: " + printable(first);
  }
  if (chosen.empty() && dynamic_cast<const CLI::RequiredError*>(&error))
    return "a command is missing";
  std::string text = error.what();
  unmark_within(text);
  return printable(text);
}

exit_status command_line::run(int argc, const char* const* argv) {
  add_help();
  try {
    program_.parse(marked(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program_.exit(error);
      return exit_status::done;
    }
    std::cerr << "spfblock: " << complaint(error)
              << "\nRun with --help for more information.\n";
    return exit_status::usage;
  }
  for (const auto& restore : restored_)
    restore();
  return chosen_();
}

} // namespace spfblock::server
