#include "server/commands/progress_line.hpp"

#include "core/support/text.hpp"

#include <chrono>
#include <iostream>
#include <unistd.h>

namespace spfblock::server {
namespace {

/// What a person waits for without a word.
constexpr std::chrono::seconds silence{1};

} // namespace

progress_line::progress_line(boost::asio::io_context& io, std::size_t all)
    : patience_{io},
      all_{all} {
  if (all == 0 || isatty(STDERR_FILENO) != 1)
    return;
  patience_.expires_after(silence);
  patience_.async_wait([this](const boost::system::error_code& error) {
    if (error || done_ == all_)
      return;
    shown_ = true;
    show();
  });
}

progress_line::~progress_line() {
  if (shown_)
    std::cerr << "\r\x1b[K" << std::flush;
}

void progress_line::one_more() {
  ++done_;
  if (done_ == all_)
    patience_.cancel();
  if (shown_)
    show();
}

void progress_line::show() {
  std::cerr << '\r' << done_ << " of " << counted(all_, "domain") << " expanded"
            << std::flush;
}

} // namespace spfblock::server
