#include "core/table/recipients.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

namespace recipients_test {

using namespace spfblock;
using table::recipients;

TEST_CASE("recipients: local parts, addresses and domains, in any case",
          "[table][recipients]") {
  const auto some =
      recipients::of({"Postmaster", "list@Example.org", "@open.example"});
  REQUIRE(some);
  for (const std::string_view each :
       {"postmaster", "POSTMASTER@a.example", "postmaster@open.example",
        "LIST@example.ORG", "anybody@open.example", "\"a@b\"@Open.example"}) {
    CAPTURE(each);
    CHECK(some->contains(each));
  }
  for (const std::string_view each :
       {"", "@", "list", "list@example.com", "xlist@example.org",
        "postmaster1@a.example", "a@sub.open.example", "open.example",
        "postmaster@a@b.example", "list@example.org@b.example",
        "@open.example@b.example", "a@open.example@b.example"}) {
    CAPTURE(each);
    CHECK_FALSE(some->contains(each));
  }
}

TEST_CASE("recipients: a domain is the same in Unicode and in ASCII",
          "[table][recipients]") {
  const auto some = recipients::of(
      {"list@M\u00fcller.example", "@xn--mnchen-3ya.example", "b\u00fcro"});
  REQUIRE(some);
  for (const std::string_view each :
       {"list@m\u00fcller.example", "LIST@xn--mller-kva.example",
        "anybody@M\u00dcnchen.example", "b\u00fcro@a.example", "b\u00fcro"}) {
    CAPTURE(each);
    CHECK(some->contains(each));
  }
  for (const std::string_view each :
       {"list@muller.example", "list@m\xfcller.example", "bu\u0308ro@a.example",
        "m\u00fcnchen.example", "@\xff", "\xff",
        "a@b\uff20xn--mnchen-3ya.example"}) {
    CAPTURE(each);
    CHECK_FALSE(some->contains(each));
  }
}

TEST_CASE("recipients: none is no set that holds nobody's empty name",
          "[table][recipients]") {
  CHECK_FALSE(recipients{}.contains(""));
  CHECK_FALSE(recipients::of({})->contains("postmaster"));
}

TEST_CASE("recipients: what is no entry is a failure", "[table][recipients]") {
  for (const std::string& each :
       {std::string{}, std::string{"@"}, std::string{"a@"}, std::string{"a b"},
        std::string{"a\n"}, std::string{"a@b@c"}, std::string(255, 'a')}) {
    CAPTURE(each);
    CHECK_FALSE(recipients::of({"postmaster", each}));
  }
}

} // namespace recipients_test
