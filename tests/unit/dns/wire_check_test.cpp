#include "core/dns/wire_check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

namespace spfblock::dns::wire_check_test {
namespace {

using namespace testing;
using namespace std::string_literals;

const std::string owner = pointer_to(question_offset);

dns_message message_with(std::vector<std::string> answers) {
  return {.questions = {wire_question("a.example", type_txt)},
          .answers = std::move(answers),
          .authority = {},
          .additional = {}};
}

dns_message rich_message() {
  auto message = message_with(
      {wire_record(owner, type_cname, wire_name("b.example")),
       wire_record(wire_name("b.example"), type_txt, txt_rdata({"v=spf1", ""})),
       wire_record(owner, type_a, "\1\2\3\4"),
       wire_record(owner, type_aaaa, std::string(16, 'x')),
       wire_record(owner, type_mx, u16(10) + counted("mx") + owner),
       wire_record(owner, 12, pointer_to(question_offset + 2))});
  message.authority = {soa_record(60, 30), wire_record(owner, type_ns, owner)};
  message.additional = {wire_record(owner, 33, "anything"),
                        wire_record(wire_name(""), type_opt,
                                    u16(10) + u16(3) + "abc" + u16(8) + u16(0),
                                    0, 1232)};
  return message;
}

} // namespace

TEST_CASE("wire_check names the records that ldns must not take apart",
          "[dns][wire_check]") {
  const auto message = message_with(
      {wire_record(owner, type_a, "\1\2\3\4"), wire_record(owner, 33, "hidden"),
       wire_record(owner, 33, ""), wire_record(owner, type_txt, "\1x"),
       wire_record(owner, 99, "\1x")});
  const auto octets = message.octets();
  const auto apart = wire_check(octets, {});
  REQUIRE(apart);
  REQUIRE(apart->unknown.size() == 2);
  CHECK(octets.substr(apart->unknown.front(), 2) == u16(33));
  CHECK(octets.substr(apart->unknown.back(), 2) == u16(99));
  CHECK(apart->unknown.back() + 12 == octets.size());
  REQUIRE(apart->texts.size() == 1);
  CHECK(octets.substr(apart->texts.front(), 2) == u16(type_txt));
}

TEST_CASE("wire_check refuses a good message cut anywhere, or with a tail",
          "[dns][wire_check]") {
  const auto octets = rich_message().octets();
  REQUIRE(wire_check(octets, {}));
  for (std::size_t size = 0; size < octets.size(); ++size) {
    CAPTURE(size);
    const auto cut = wire_check(octets.substr(0, size), {});
    REQUIRE_FALSE(cut);
    REQUIRE(cut.error().code == errc::malformed);
  }
  const auto tail = wire_check(octets + '\0', {});
  REQUIRE_FALSE(tail);
  CHECK(tail.error().message == "octets behind the last record");
  CHECK(tail.error().offset == octets.size());
}

TEST_CASE("wire_check: a truncated message counts up to its question",
          "[dns][wire_check]") {
  auto message = rich_message();
  message.flags |= 0x0200;
  const auto octets = message.octets();
  const std::size_t question_end = 12 + message.questions[0].size();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    CAPTURE(size);
    REQUIRE(wire_check(octets.substr(0, size), {}).has_value() ==
            (size >= question_end));
  }
}

TEST_CASE("wire_check refuses malformed names and RDATA", "[dns][wire_check]") {
  struct row {
    const char* what;
    std::string record;
    const char* message;
  };
  // The record stands at offset 27, behind a question of 15 octets.
  constexpr std::size_t here = 27;
  const std::string long_label = "\x40"s + std::string(64, 'a') + '\0';
  std::string name_256;
  for (int i = 0; i < 4; ++i)
    name_256 += counted(std::string(63, 'a'));
  name_256.resize(254, 'b');
  name_256[192] = 61;

  const row rows[] = {
      {"pointer to itself", wire_record(pointer_to(here), type_a, "\1\2\3\4"),
       "compression pointer does not lead backwards"},
      {"pointer forwards",
       wire_record(pointer_to(here + 6), type_a, "\1\2\3\4"),
       "compression pointer does not lead backwards"},
      {"pointer into the labels before it",
       wire_record(counted("a") + pointer_to(here), type_a, "\1\2\3\4"),
       "compression pointer does not lead backwards"},
      {"pointer into the header",
       wire_record(pointer_to(11), type_a, "\1\2\3\4"),
       "compression pointer does not lead backwards"},
      {"pointer over the end",
       wire_record(pointer_to(9999), type_a, "\1\2\3\4"),
       "compression pointer does not lead backwards"},
      {"label type 01", wire_record(long_label, type_a, "\1\2\3\4"),
       "unknown label type"},
      {"label type 10", wire_record("\x80\1"s, type_a, "\1\2\3\4"),
       "unknown label type"},
      {"name of 256", wire_record(name_256 + "\1b\0"s, type_a, "\1\2\3\4"),
       "name over 255 octets"},
      {"name of 256 by pointer",
       wire_record(name_256.substr(0, 192) + counted(std::string(52, 'b')) +
                       owner,
                   type_a, "\1\2\3\4"),
       "name over 255 octets"},
      {"A of 3", wire_record(owner, type_a, "\1\2\3"),
       "address of a wrong size"},
      {"A of 5", wire_record(owner, type_a, "\1\2\3\4\5"),
       "address of a wrong size"},
      {"A of 0", wire_record(owner, type_a, ""), "address of a wrong size"},
      {"AAAA of 15", wire_record(owner, type_aaaa, std::string(15, 'x')),
       "address of a wrong size"},
      {"AAAA of 17", wire_record(owner, type_aaaa, std::string(17, 'x')),
       "address of a wrong size"},
      {"MX of 1", wire_record(owner, type_mx, "\0"s),
       "names do not fill the RDATA"},
      {"MX without a name", wire_record(owner, type_mx, u16(1)),
       "names do not fill the RDATA"},
      {"MX with a tail", wire_record(owner, type_mx, u16(1) + owner + "x"),
       "names do not fill the RDATA"},
      {"MX over RDATA",
       wire_record(owner, type_mx, u16(1) + "\1a") +
           wire_record(wire_name(""), type_a, "1234"),
       "names do not fill the RDATA"},
      {"CNAME empty", wire_record(owner, type_cname, ""),
       "names do not fill the RDATA"},
      {"CNAME with a tail", wire_record(owner, type_cname, owner + "x"),
       "names do not fill the RDATA"},
      {"NS with a tail", wire_record(owner, type_ns, owner + "x"),
       "names do not fill the RDATA"},
      {"PTR with a tail", wire_record(owner, 12, owner + "x"),
       "names do not fill the RDATA"},
      {"SOA without numbers", wire_record(owner, type_soa, owner + owner),
       "names do not fill the RDATA"},
      {"SOA with one name",
       wire_record(owner, type_soa, owner + std::string(20, '\0')),
       "names do not fill the RDATA"},
      {"SOA of 21",
       wire_record(owner, type_soa, owner + owner + std::string(21, '\0')),
       "names do not fill the RDATA"},
      {"TXT over RDATA", wire_record(owner, type_txt, "\5abcd"),
       "string runs over the RDATA"},
      {"TXT second over RDATA", wire_record(owner, type_txt, "\1a\1"),
       "string runs over the RDATA"},
      {"OPT as answer", opt_record(), "misplaced or second OPT record"},
      {"RDLENGTH over the end", owner + u16(99) + u16(1) + u32(0) + u16(1),
       "RDLENGTH runs over the end"},
      {"fixed part cut", owner + u16(99) + u16(1) + u32(0),
       "record runs over the end"},
      {"label over the end", "\5ab"s, "name runs over the end"},
      {"pointer over the end", "\xc0"s, "name runs over the end"},
  };
  for (const auto& [what, record, text] : rows) {
    CAPTURE(what);
    const auto checked = wire_check(message_with({record}).octets(), {});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::malformed);
    CHECK(checked.error().message == text);
    CHECK(checked.error().offset >= here);
  }
}

TEST_CASE("wire_check: a name has at most 255 octets and 128 pointers",
          "[dns][wire_check]") {
  const std::string labels_190 = counted(std::string(63, 'a')) +
                                 counted(std::string(63, 'b')) +
                                 counted(std::string(61, 'c'));
  // The question's name, by pointer, adds 11 octets.
  const auto with_label = [&](std::size_t size) {
    return message_with(
               {wire_record(labels_190 + counted(std::string(size, 'd')) +
                                owner,
                            type_a, "\1\2\3\4")})
        .octets();
  };
  CHECK(wire_check(with_label(53), {}));
  CHECK_FALSE(wire_check(with_label(54), {}));

  const auto with_pointers = [](std::size_t count) {
    std::string chain; // RDATA of a type that nobody looks into
    for (std::size_t i = 0; i + 1 < count; ++i)
      chain += pointer_to(i == 0 ? question_offset : 39 + 2 * (i - 1));
    return message_with({wire_record(owner, 99, chain),
                         wire_record(pointer_to(39 + 2 * (count - 2)), type_a,
                                     "\1\2\3\4")})
        .octets();
  };
  CHECK(wire_check(with_pointers(128), {}));
  const auto many = wire_check(with_pointers(129), {});
  REQUIRE_FALSE(many);
  CHECK(many.error().message == "more than 128 compression pointers");
}

TEST_CASE("wire_check: OPT stands once, in the additional section, at the root",
          "[dns][wire_check]") {
  auto message = message_with({});
  message.additional = {opt_record()};
  CHECK(wire_check(message.octets(), {}));
  message.additional = {opt_record(), opt_record()};
  CHECK_FALSE(wire_check(message.octets(), {}));
  message.additional = {wire_record(owner, type_opt, "")};
  CHECK_FALSE(wire_check(message.octets(), {}));
  message.additional.clear();
  message.authority = {opt_record()};
  CHECK_FALSE(wire_check(message.octets(), {}));
  message.authority.clear();
  for (const auto& options :
       {"\0"s, u16(10) + "\0"s, u16(10) + u16(1), u16(10) + u16(2) + "a",
        u16(10) + u16(0) + "\0\0\0"s}) {
    message.additional = {wire_record(wire_name(""), type_opt, options)};
    CAPTURE(options.size());
    const auto checked = wire_check(message.octets(), {});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message == "EDNS option runs over the RDATA");
  }
}

TEST_CASE("wire_check: counts that lie are found out", "[dns][wire_check]") {
  const auto octets = rich_message().octets();
  for (const std::size_t count_at : {4U, 6U, 8U, 10U})
    for (const int change : {-1, 1}) {
      CAPTURE(count_at, change);
      auto lying = octets;
      lying[count_at + 1] = static_cast<char>(lying[count_at + 1] + change);
      CHECK_FALSE(wire_check(lying, {}));
    }
}

TEST_CASE("wire_check keeps to its limit, to the octet", "[dns][wire_check]") {
  const auto octets = rich_message().octets();
  CHECK(wire_check(octets, {.octets = octets.size()}));
  const auto checked = wire_check(octets, {.octets = octets.size() - 1});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == errc::limit_exceeded);
  CHECK(checked.error().message ==
        "more than " + std::to_string(octets.size() - 1) + " octets");
}

TEST_CASE("wire_check: nothing but its octets makes a message too long",
          "[dns][wire_check]") {
  // The most records: the root, and no RDATA.
  const std::size_t most = (65535 - message_with({}).octets().size()) / 11;
  const auto records = message_with(
      std::vector<std::string>(most, wire_record(wire_name(""), 65280, "")));
  CHECK(wire_check(records.octets(), {}));
  // The most strings.
  const auto strings =
      message_with({wire_record(owner, type_txt, std::string(65'000, '\0'))});
  const auto apart = wire_check(strings.octets(), {});
  REQUIRE(apart);
  CHECK(apart->texts.size() == 1);
}

} // namespace spfblock::dns::wire_check_test
