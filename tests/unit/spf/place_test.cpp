#include "core/spf/place.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

namespace place_test {

using namespace spfblock;
using testing::name_of;

TEST_CASE("frame: a record is inside of itself and of those that led to it",
          "[spf][place]") {
  const dns::name outer = name_of("l.test");
  const dns::name inner = name_of("m.test");
  const spf::frame top{outer};
  const spf::frame included{inner, 2, true, &top};
  CHECK(included.is_inside(outer));
  CHECK(included.is_inside(inner));
  CHECK(top.is_inside(outer));
  CHECK_FALSE(top.is_inside(inner));
  CHECK_FALSE(included.is_inside(name_of("n.test")));
}

} // namespace place_test
