#include "core/support/counts_text.hpp"
#include "tests/support/catch.hpp"

namespace counts_text_test {

using namespace spfblock;

TEST_CASE("counts_text tells of what there is", "[support][counts_text]") {
  CHECK(counts_text({}).empty());
  CHECK(counts_text({{0, "spam"}}).empty());
  CHECK(counts_text({{41, "rejected"}}) == "41 rejected");
  CHECK(counts_text({{0, "rejected"}, {3, "spam"}, {0, "held"}, {1, "told"}}) ==
        "3 spam, 1 told");
}

} // namespace counts_text_test
