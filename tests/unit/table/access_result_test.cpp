#include "core/table/access_result.hpp"
#include "tests/support/catch.hpp"

namespace access_result_test {

using spfblock::table::blocks_mail;
using spfblock::table::check_access_result;
using spfblock::table::is_access_word;

// What is taken and what is refused, with its message, is in action_test.cpp.
TEST_CASE("check_access_result takes a placeholder for text, whatever its name",
          "[table][access_result]") {
  CHECK_FALSE(check_access_result("REJECT {nobody}", {}));
  CHECK(check_access_result("FILTER {nobody}", {}));
}

TEST_CASE("is_access_word knows the words in any case and nothing else",
          "[table][access_result]") {
  CHECK(is_access_word("REJECT"));
  CHECK(is_access_word("dunno"));
  CHECK(is_access_word("Relay"));
  CHECK(is_access_word("HANGUP"));
  CHECK_FALSE(is_access_word("550"));
  CHECK_FALSE(is_access_word("REJECT "));
  CHECK_FALSE(is_access_word(""));
}

TEST_CASE("blocks_mail: the first word decides", "[table][access_result]") {
  CHECK(blocks_mail("Reject x"));
  CHECK(blocks_mail("450 later"));
  CHECK_FALSE(blocks_mail("WARN reject"));
  CHECK_FALSE(blocks_mail("550"));
}

} // namespace access_result_test
