#include "core/support/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace spfblock {

void contract_broken(const char* condition, const char* file,
                     int line) noexcept {
  std::fprintf(stderr, "spfblock: panic: %s:%d: broken: %s\n", file, line,
               condition);
  std::abort();
}

} // namespace spfblock
