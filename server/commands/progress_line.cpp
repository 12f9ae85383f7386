#include "server/commands/progress_line.hpp"

#include <iostream>
#include <unistd.h>

namespace spfblock::server {

progress_line::progress_line(std::size_t all)
    : all_{all},
      shown_{all > 1 && isatty(STDERR_FILENO) == 1} {}

progress_line::~progress_line() {
  if (shown_)
    std::cerr << "\r\x1b[K" << std::flush;
}

void progress_line::one_more() {
  ++done_;
  if (shown_)
    std::cerr << "\rexpanded " << done_ << " of " << all_ << " domains"
              << std::flush;
}

} // namespace spfblock::server
