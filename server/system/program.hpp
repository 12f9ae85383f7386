// Runs other programs.
#pragma once

#include "core/support/result.hpp"

#include <string>
#include <vector>

namespace spfblock::server {

struct ended_program {
  int status = 0;     ///< its exit status; 128 and more if a signal ended it
  std::string output; ///< what it wrote to standard output
};

/// Runs a program that is found by PATH, and waits for its end.  It has no
/// input; its standard error is that of this process.
/// @param arguments the first is its name
/// @return errc::temporary if it cannot be started
/// @pre `arguments` is not empty
result<ended_program> run_program(const std::vector<std::string>& arguments);

} // namespace spfblock::server
