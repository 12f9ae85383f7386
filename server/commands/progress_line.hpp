// Keeps a person at a terminal informed while many domains are expanded.
#pragma once

#include <cstddef>

namespace spfblock::server {

/// "expanded 3 of 10 domains" on standard error, if that is a terminal and
/// there is more than one domain; gone when it is destroyed.
class progress_line {
public:
  explicit progress_line(std::size_t all);
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void one_more();

private:
  std::size_t all_;
  std::size_t done_ = 0;
  bool shown_;
};

} // namespace spfblock::server
