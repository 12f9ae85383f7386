#include "server/commands/command_line.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

namespace command_line_test {

using namespace spfblock::server;

/// Gives arguments to a command line with one command.
struct one_command {
  command_line line;
  std::string file;
  std::optional<std::string> named;
  std::vector<std::string> keys;
  std::optional<std::string> option;

  one_command() {
    CLI::App& command =
        line.add("ask", "Ask", [this](const std::string& configuration_file) {
          file = configuration_file;
          named = line.named_file();
          return exit_status::negative;
        });
    command.add_option("KEY", line.as_typed(keys), "Keys");
    command.add_option("--option", line.as_typed(option), "An option");
  }

  exit_status run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "spfblock");
    return line.run(static_cast<int>(arguments.size()), arguments.data());
  }
};

TEST_CASE("command_line: the command that was chosen is done, and its exit "
          "status is that of the program",
          "[commands][command_line]") {
  one_command one;
  CHECK(one.run({"ask"}) == exit_status::negative);
  CHECK(one.file == "/etc/spfblock/spfblock.json");
  CHECK_FALSE(one.named);
}

TEST_CASE(
    "command_line: --config stands before the command or behind it, where "
    "it counts if it is there twice",
    "[commands][command_line]") {
  struct row {
    std::vector<const char*> arguments;
    const char* file;
  };
  const auto [arguments, file] = GENERATE(values<row>({
      {{"-c", "a.json", "ask"}, "a.json"},
      {{"ask", "--config", "b.json"}, "b.json"},
      {{"-c", "a.json", "ask", "-c", "b.json"}, "b.json"},
  }));
  one_command one;
  CHECK(one.run(arguments) == exit_status::negative);
  CHECK(one.file == file);
  CHECK(one.named == file);
}

TEST_CASE("command_line: values become what was typed",
          "[commands][command_line]") {
  one_command one;
  CHECK(one.run({"-c", "{}", "ask", "[a,b]", "{}", "--option="}) ==
        exit_status::negative);
  CHECK(one.file == "{}");
  CHECK(one.keys == std::vector<std::string>{"[a,b]", "{}"});
  CHECK(one.option == "");
}

TEST_CASE("command_line: what is wrong is usage, and nothing is done",
          "[commands][command_line]") {
  const auto arguments = GENERATE(values<std::vector<const char*>>(
      {{}, {"aks"}, {"ask", "--nothing"}, {"help", "aks"}}));
  one_command one;
  CHECK(one.run(arguments) == exit_status::usage);
  CHECK(one.file.empty());
}

} // namespace command_line_test
