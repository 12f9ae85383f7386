#include "core/support/erase_giving_back.hpp"
#include "tests/support/catch.hpp"

#include <tsl/hopscotch_map.h>

namespace erase_giving_back_test {

using namespace spfblock;

TEST_CASE("erase_giving_back: a table without elements takes no memory",
          "[support][erase_giving_back]") {
  tsl::hopscotch_map<int, int> table;
  for (int i = 0; i < 1000; ++i)
    table[i] = 2 * i;
  for (int i = 0; i < 999; ++i)
    erase_giving_back(table, i);
  erase_giving_back(table, 1000); // is not there
  REQUIRE(table.size() == 1);
  CHECK(table.at(999) == 1998);
  erase_giving_back(table, 999);
  CHECK(table.empty());
  CHECK(table.bucket_count() == tsl::hopscotch_map<int, int>{}.bucket_count());
  table[1] = 2;
  CHECK(table.at(1) == 2);
}

} // namespace erase_giving_back_test
