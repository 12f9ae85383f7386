#include "core/spf/run_counts.hpp"

#include <algorithm>

namespace spfblock::spf {

run_counts::run_counts(const std::vector<network_run::ending>& endings,
                       const cohorts& left)
    : endings_{endings},
      left_{left} {
  count();
}

bool run_counts::anybody_at(std::size_t term) {
  const std::size_t before = ended_;
  while (ended_ < endings_.size() && endings_[ended_].term < term)
    ++ended_;
  if (ended_ != before)
    count();
  return ended_ < endings_.size() || !left_.empty();
}

void run_counts::count() {
  dns_terms_ = left_.most_dns_terms();
  void_lookups_ = left_.most_void_lookups();
  for (std::size_t i = ended_; i < endings_.size(); ++i) {
    dns_terms_ = std::max(dns_terms_, endings_[i].dns_terms);
    void_lookups_ = std::max(void_lookups_, endings_[i].void_lookups);
  }
}

} // namespace spfblock::spf
