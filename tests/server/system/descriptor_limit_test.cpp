#include "server/system/descriptor_limit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"

#include <string>

namespace descriptor_limit_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

/// What comes of `wanted` with a soft limit of 64 and a hard one of 128, and
/// the soft limit then.
std::string limits_after(rlim_t wanted) {
  return in_child([wanted] {
    const rlimit before{64, 128};
    if (setrlimit(RLIMIT_NOFILE, &before) != 0)
      return std::string{"no limit"};
    const rlim_t told = server::allow_descriptors(wanted);
    rlimit after{};
    getrlimit(RLIMIT_NOFILE, &after);
    return std::to_string(told) + ' ' + std::to_string(after.rlim_cur);
  });
}

} // namespace

TEST_CASE("allow_descriptors: raises the soft limit to what is wanted",
          "[server][descriptor_limit]") {
  CHECK(limits_after(100) == "100 100");
}

TEST_CASE("allow_descriptors: leaves a limit that is high enough",
          "[server][descriptor_limit]") {
  CHECK(limits_after(10) == "64 64");
}

TEST_CASE("allow_descriptors: raises as far as this process may",
          "[server][descriptor_limit]") {
  // Who may raise the hard limit gets all.
  const std::string after = limits_after(200);
  CHECK((after == "128 128" || after == "200 200"));
}

} // namespace descriptor_limit_test
