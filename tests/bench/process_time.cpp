#include "tests/bench/process_time.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace spfblock::bench {

std::chrono::nanoseconds process_time(pid_t of) {
  namespace fs = std::filesystem;
  std::chrono::nanoseconds total{0};
  for (const auto& thread :
       fs::directory_iterator{"/proc/" + std::to_string(of) + "/task"}) {
    std::ifstream file{thread.path() / "schedstat"};
    std::chrono::nanoseconds::rep on_processor = 0;
    if (file >> on_processor)
      total += std::chrono::nanoseconds{on_processor};
  }
  return total;
}

} // namespace spfblock::bench
