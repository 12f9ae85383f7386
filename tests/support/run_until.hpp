// Runs an event loop until something is true; a limit turns a hang into a
// failure.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace spfblock::testing {

/// @return whether `done()` became true within a minute
template <class Done>
bool run_until(boost::asio::io_context& io, Done done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  io.restart();
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit)
      return false;
    io.run_one_for(std::chrono::milliseconds{20});
    if (io.stopped())
      io.restart();
  }
  return true;
}

} // namespace spfblock::testing
