#include "core/postfix/setup.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace setup_test {

using namespace spfblock::postfix;

namespace {

using texts = std::vector<std::string_view>;

} // namespace

TEST_CASE("elements_of: separated by blanks and commas, braces kept together",
          "[postfix][setup]") {
  CHECK(elements_of("") == texts{});
  CHECK(elements_of("a") == texts{"a"});
  CHECK(elements_of(" a, b\tc,,d ") == texts{"a", "b", "c", "d"});
  CHECK(elements_of("x { inet:a:1, o=1 }, y") ==
        texts{"x", "{ inet:a:1, o=1 }", "y"});
  CHECK(elements_of("a, { o = b c }, pipemap:{x,y}") ==
        texts{"a", "{ o = b c }", "pipemap:{x,y}"});
  CHECK(elements_of("} a { b, c") == texts{"}", "a", "{ b, c"});
  CHECK(without_braces("{ a, b }") == "a, b");
  CHECK(without_braces("{}") == "");
  CHECK(without_braces("a") == "a");
}

TEST_CASE("setup: - in the chroot column is as the compatibility level has it",
          "[postfix][setup]") {
  const auto chroot = [](const std::string& parameters) {
    return setup{{parameters, "smtp inet n - - - - smtpd\n", ""}}
        .services()
        .at(0)
        .chroot;
  };
  CHECK(chroot("mail_version = 2.11.3\n"));
  CHECK(chroot("compatibility_level = 0\n"));
  CHECK(chroot("compatibility_level =\n"));
  CHECK_FALSE(chroot("compatibility_level = 1\n"));
  CHECK_FALSE(chroot("compatibility_level = 2\n"));
  CHECK_FALSE(chroot("compatibility_level = 3.6\n"));
}

TEST_CASE("setup: a service is run as root where its fourth column says so",
          "[postfix][setup]") {
  const auto is_root = [](const std::string& column) {
    return setup{{"", "smtp inet n " + column + " n - - smtpd\n", ""}}
        .services()
        .at(0)
        .is_root;
  };
  CHECK(is_root("n"));
  CHECK_FALSE(is_root("y"));
  CHECK_FALSE(is_root("-"));
}

TEST_CASE("setup: reads what postconf prints", "[postfix][setup]") {
  const setup read{{"a = 1\nb =\nc = x = y\n",
                    "smtp       inet  n       -       y       -       -       "
                    "smtpd\n"
                    "submission inet n - n - 20 smtpd -o a=2\n"
                    "nonsense\n",
                    "submission/inet/a = 2\n"}};
  REQUIRE(read.services().size() == 2);
  const service& smtp = read.services()[0];
  const service& submission = read.services()[1];
  CHECK(smtp.to_string() == "smtp/inet");
  CHECK(smtp.chroot);
  CHECK(smtp.process_limit == "-");
  CHECK(smtp.command == "smtpd");
  CHECK_FALSE(submission.chroot);
  CHECK(submission.process_limit == "20");
  CHECK(read.value("a") == "1");
  CHECK(read.value("b").empty());
  CHECK(read.value("c") == "x = y");
  CHECK(read.value("d").empty());
  CHECK(read.value(smtp, "a") == "1");
  CHECK(read.value(submission, "a") == "2");
  CHECK(read.value(submission, "c") == "x = y");
  CHECK(read.is_overridden(submission, "a"));
  CHECK_FALSE(read.is_overridden(smtp, "a"));
}

} // namespace setup_test
