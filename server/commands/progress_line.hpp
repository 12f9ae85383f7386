// Keeps a person at a terminal informed while domains are expanded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>

namespace spfblock::server {

/// "3 of 10 domains expanded" on standard error, if that is a terminal and the
/// work lasts longer than a second; gone when it is destroyed.
///
/// Thread safety: to be used by the thread that runs `io`.
class progress_line {
public:
  /// @param all domains to be expanded; `io` is kept busy until one_more() was
  ///        called for each, or a second has passed
  progress_line(boost::asio::io_context& io, std::size_t all);
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void one_more();

private:
  void show();

  boost::asio::steady_timer patience_;
  std::size_t all_;
  std::size_t done_ = 0;
  bool shown_ = false;
};

} // namespace spfblock::server
