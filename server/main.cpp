// The program: what was asked for, and which exit status says how it went.
#include "server/commands/commands.hpp"
#include "server/system/standard_streams.hpp"

#include <exception>
#include <iostream>

namespace {

using spfblock::server::exit_status;

/// What a command ends with: nobody may take a part for the whole.
exit_status ended(exit_status by) {
  std::cout.flush();
  if (std::cout || by != exit_status::done)
    return by;
  std::cerr << "spfblock: cannot write to stdout\n";
  return exit_status::software;
}

} // namespace

int main(int argc, char** argv) {
  using namespace spfblock::server;
  keep_standard_streams();
  try {
    command_line line;
    for (const auto offer : all_commands)
      offer(line);
    return static_cast<int>(ended(line.run(argc, argv)));
  } catch (const std::exception& error) {
    std::cerr << "spfblock: " << error.what() << '\n';
    return static_cast<int>(exit_status::software);
  }
}
