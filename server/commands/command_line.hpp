// The command line of the program: its commands, and the one that was chosen.
#pragma once

#include "server/commands/arguments.hpp"
#include "server/exit_status.hpp"

#include <CLI/App.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// For people, or for programs.
enum class output_format : bool { text, json };

/// Commands add themselves to it; then it reads the arguments of the program
/// and does what they ask for.
///
/// `help`, `--help`, `--version` and `--config` are its own.
class command_line {
public:
  command_line();
  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  /// Adds a command.  Options and arguments are for the caller to add.
  /// @param does writes data to stdout and messages for people to stderr; it is
  ///        called once where the command was chosen, with the name of the
  ///        configuration file, when all options have their values
  CLI::App&
  add(const std::string& name, const std::string& purpose,
      std::function<exit_status(const std::string& configuration_file)> does);

  /// Has the value of an option become the text that was typed.  To be called
  /// for each that is a text of any kind.
  /// @param value what an option is read into: a std::string, or a
  ///        std::optional or std::vector of one; outlives run()
  /// @return value
  template <class Text>
  Text& as_typed(Text& value) {
    restored_.emplace_back([&value] { unmark(value); });
    return value;
  }

  /// The file of --config; nothing where the default one is meant.
  /// @pre a command is being done
  [[nodiscard]] const std::optional<std::string>& named_file() const noexcept {
    return file_;
  }

  /// Does what the arguments ask for; what is wrong with them is said on
  /// stderr.  To be called once.
  /// @param argv those of main()
  exit_status run(int argc, const char* const* argv);

private:
  void add_help();
  [[nodiscard]] exit_status help_with(const std::string& topic) const;
  [[nodiscard]] std::string complaint(const CLI::ParseError& error) const;

  CLI::App program_;
  std::optional<std::string> file_before_; ///< the command
  std::optional<std::string> file_;
  std::vector<std::function<void()>> restored_;
  std::function<exit_status()> chosen_;
};

} // namespace spfblock::server
