// Tests also: question.
#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"
#include "core/dns/question.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

#include <random>

namespace spfblock::dns::name_test {
namespace {

using testing::wire_name;

std::string labels(std::size_t count, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : ".") + std::string(size, 'a');
  return text;
}

name named(std::string_view text) {
  return *name::from_text(text);
}

} // namespace

TEST_CASE("name::from_text takes labels between dots, every octet literally",
          "[dns][name]") {
  struct row {
    std::string text;
    std::string wire;
    std::string printed;
    std::size_t labels;
  };
  using namespace std::string_literals;
  const row rows[] = {
      {".", "\0"s, ".", 0},
      {"example.com", "\7example\3com\0"s, "example.com", 2},
      {"example.com.", "\7example\3com\0"s, "example.com", 2},
      {"MAIL.Example.COM", "\4mail\7example\3com\0"s, "mail.example.com", 3},
      {"com", "\3com\0"s, "com", 1},
      {"a\\.b", "\2a\\\1b\0"s, "a\\\\.b", 2},
      {"a\\046b", "\6a\\046b\0"s, "a\\\\046b", 1},
      {"a b\tc", "\5a b\tc\0"s, "a\\032b\\009c", 1},
      {"\xff\x7f\"\0@"s, "\5\xff\x7f\"\0@\0"s, "\\255\\127\"\\000@", 1},
      {"[`{z", "\4[`{z\0"s, "[`{z", 1}, // neighbours of the letters
      {"\xc4", "\1\xc4\0"s, "\\196", 1},
  };
  for (const auto& [text, wire, printed, count] : rows) {
    CAPTURE(text);
    const auto made = name::from_text(text);
    REQUIRE(made);
    CHECK(made->wire() == wire);
    CHECK(made->to_string() == printed);
    CHECK(made->label_count() == count);
    CHECK(made->is_root() == (count == 0));
    const auto again = name::from_wire(wire);
    REQUIRE(again);
    CHECK(*again == *made);
  }
}

TEST_CASE("name::from_text says what is wrong, and where", "[dns][name]") {
  struct row {
    std::string text;
    std::size_t offset;
    std::string message;
  };
  const row rows[] = {
      {"", 0, "empty domain name"},
      {"..", 0, R"(empty label in "..")"},
      {".com", 0, R"(empty label in ".com")"},
      {"a..b", 2, R"(empty label in "a..b")"},
      {"a.b..", 4, R"(empty label in "a.b..")"},
      {"a." + std::string(64, 'b'), 2,
       "label over 63 octets in \"a." + std::string(64, 'b') + '"'},
      {labels(3, 63) + "." + std::string(62, 'b'), 192,
       "over 255 octets in \"" + labels(3, 63) + "." + std::string(62, 'b') +
           '"'},
  };
  for (const auto& [text, offset, message] : rows) {
    CAPTURE(text);
    const auto made = name::from_text(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::malformed);
    CHECK(made.error().offset == offset);
    CHECK(made.error().message == message);
  }
}

TEST_CASE("name: a label of 63 and a name of 255 octets are the longest",
          "[dns][name]") {
  CHECK(name::from_text(std::string(63, 'a')));
  CHECK_FALSE(name::from_text(std::string(64, 'a')));
  const auto longest = name::from_text(labels(3, 63) + "." + labels(1, 61));
  REQUIRE(longest);
  CHECK(longest->wire().size() == 255);
  CHECK(name::from_wire(longest->wire()));
  CHECK(name::from_text(longest->to_string() + "."));

  CHECK(name::from_text(labels(127, 1))->wire().size() == 255);
  CHECK_FALSE(name::from_text(labels(128, 1)));
  CHECK_FALSE(name::from_text(labels(126, 1) + ".ab")); // 256
  CHECK_FALSE(name::from_wire(wire_name(labels(126, 1) + ".ab")));
  CHECK_FALSE(name::from_wire(wire_name(labels(128, 1))));
  CHECK_FALSE(name::from_wire(wire_name(labels(4, 63))));
  CHECK_FALSE(name::from_wire(std::string(300, '\1')));
}

TEST_CASE("name::from_wire refuses what is no whole uncompressed name",
          "[dns][name]") {
  using namespace std::string_literals;
  const std::string wires[] = {
      "",          "\3com"s,         "\3co"s,
      "\3com\0x"s, "\3com\xc0\x0c"s, "\x40"s + std::string(64, 'a') + "\0"s,
      "\xc0\x00"s, "\0\0"s,
  };
  for (const auto& wire : wires) {
    CAPTURE(wire);
    const auto made = name::from_wire(wire);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::malformed);
  }
}

TEST_CASE("name: cut anywhere, a name in wire format is no name",
          "[dns][name]") {
  const std::string wire = wire_name("mail.example.com");
  for (std::size_t size = 0; size < wire.size(); ++size)
    CHECK_FALSE(name::from_wire(wire.substr(0, size)));
}

TEST_CASE("name: equality, order and hash ignore the case of letters only",
          "[dns][name]") {
  CHECK(named("WWW.Example") == named("www.eXAMPLE."));
  CHECK(*name::from_wire(wire_name("A.b")) == named("a.B"));
  CHECK(std::hash<name>{}(named("A.B")) == std::hash<name>{}(named("a.b")));
  CHECK(named("a.b") != named("ab"));
  CHECK(named("[") != named("{")); // 0x5b and 0x7b
  CHECK_FALSE(named("a") < named("A"));
  CHECK(name{} == named("."));
}

TEST_CASE("name: every octet comes back from wire format, folded",
          "[dns][name][random]") {
  const auto seed = GENERATE(range(0U, 20U));
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int i = 0; i < 50; ++i) {
    std::string wire;
    std::string folded;
    std::size_t count = 0;
    while (wire.size() < 200 && random() % 5 != 0) {
      const auto size = static_cast<char>(1 + random() % 40);
      wire += size;
      folded += size;
      ++count;
      for (char n = 0; n < size; ++n) {
        const auto c = static_cast<char>(random() % 256);
        wire += c;
        folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      }
    }
    const auto made = name::from_wire(wire + '\0');
    REQUIRE(made);
    REQUIRE(made->wire() == folded + '\0');
    REQUIRE(made->label_count() == count);
    for (const char c : made->to_string())
      REQUIRE((c > ' ' && c <= '~'));
  }
}

TEST_CASE("question: prints name and type", "[dns][question]") {
  CHECK(question{named("Example.com"), rr_type::a}.to_string() ==
        "example.com A");
  CHECK(question{named("example.com"), rr_type::mx}.to_string() ==
        "example.com MX");
  CHECK(question{named("a\nb"), rr_type::txt}.to_string() == "a\\010b TXT");
  CHECK(question{name{}, rr_type::aaaa}.to_string() == ". AAAA");
}

TEST_CASE("answer: nothing there is void, a failure is not", "[dns][answer]") {
  answer some;
  some.status = answer_status::records;
  CHECK_FALSE(some.is_void());
  some.status = answer_status::no_data;
  CHECK(some.is_void());
  some.status = answer_status::nxdomain;
  CHECK(some.is_void());
  const answer failed = failed_answer("timeout");
  CHECK_FALSE(failed.is_void());
  CHECK(failed.status == answer_status::failed);
  CHECK(failed.reason == "timeout");
}

TEST_CASE("answer_store: finds by name and type, whatever the case",
          "[dns][answer_store]") {
  answer_store store;
  const question asked{named("example.com"), rr_type::txt};
  CHECK(store.find(asked) == nullptr);

  store.put(asked, failed_answer("first"));
  store.put({named("example.com"), rr_type::a}, failed_answer("other type"));
  store.put({named("example.net"), rr_type::txt}, failed_answer("other name"));

  CHECK(store.size() == 3);
  REQUIRE(store.find({named("EXAMPLE.com."), rr_type::txt}));
  CHECK(store.find(asked)->reason == "first");
  CHECK(store.find({named("example.com"), rr_type::mx}) == nullptr);
}

TEST_CASE("answer_store: a later answer takes the place of an earlier one",
          "[dns][answer_store]") {
  answer_store store;
  const question asked{named("example.com"), rr_type::txt};
  store.put(asked, failed_answer("first"));
  store.put(asked, failed_answer("second"));
  CHECK(store.size() == 1);
  CHECK(store.find(asked)->reason == "second");
}

} // namespace spfblock::dns::name_test
