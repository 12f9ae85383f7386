// What the program's exit status says (sysexits.h).
#pragma once

namespace spfblock::server {

enum class exit_status : int {
  done = 0,
  negative = 1, ///< an answer, and it is no: key not found
  usage = 64,
  unavailable = 69, ///< the server or the DNS cannot be reached
  software = 70,    ///< a fault of ours
  config = 78,      ///< faulty configuration
};

} // namespace spfblock::server
