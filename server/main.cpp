// The program: what was asked for, and which exit status says how it went.
#include "server/commands/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  using namespace spfblock::server;
  try {
    command_line line;
    for (const auto offer : all_commands)
      offer(line);
    return static_cast<int>(line.run(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "spfblock: " << error.what() << '\n';
    return static_cast<int>(exit_status::software);
  }
}
