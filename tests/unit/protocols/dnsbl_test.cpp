#include "core/dns/octets.hpp"
#include "core/dns/wire_check.hpp"
#include "core/protocols/dnsbl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"
#include "tests/support/listed_table.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dnsbl_test {

using namespace spfblock;
using namespace spfblock::testing;
using protocols::count;
using protocols::dnsbl;

namespace {

constexpr std::size_t type_hinfo = 13;
constexpr std::size_t type_ixfr = 251;
constexpr std::size_t type_axfr = 252;
constexpr std::size_t type_any = 255;

const dnsbl& list() {
  static const dnsbl made{
      *dns::name::from_text("bl.example"),
      net::address_set{*net::ip_prefix::parse("127.0.0.0/8")}};
  return made;
}

std::string question(const std::string& name, std::size_t type = type_a) {
  dns_message asked;
  asked.flags = 0;
  asked.questions = {wire_question(name, type)};
  return asked.octets();
}

std::string answer_to(const std::string& message,
                      protocols::counts* counted = nullptr) {
  protocols::counts own;
  const protocols::lookup in{listed_table(), counted ? *counted : own};
  std::string reply;
  list().answer(message, in, reply);
  return reply;
}

/// "NXDOMAIN", and "AA", and the records as "TYPE@OFFSET TTL DATA".
std::string shown(const std::string& reply) {
  static constexpr const char* rcodes[]{"NOERROR",  "FORMERR", "SERVFAIL",
                                        "NXDOMAIN", "NOTIMP",  "REFUSED"};
  REQUIRE(reply.size() >= 12);
  REQUIRE(dns::wire_check(reply, {}));
  const auto number = [&](std::size_t at) { return dns::number_at(reply, at); };
  std::string text = rcodes[number(2) & 0xfU];
  if ((number(2) & 0x0400U) != 0)
    text += " AA";
  std::size_t at = 12;
  if (number(4) != 0) {
    at = reply.find('\0', at) + 5;
  }
  while (at < reply.size() && reply[at] != '\0') { // EDNS comes last
    const std::size_t owner = number(at) & 0x3fffU;
    const std::size_t type = number(at + 2);
    const std::size_t size = number(at + 10);
    const std::string data = reply.substr(at + 12, size);
    text += fmt::format("; {}@{} {}", type, owner, number(at + 8));
    if (type == type_a)
      text += fmt::format(" {}.{}.{}.{}", int{data[0]}, int{data[1]},
                          int{data[2]}, int{data[3]});
    if (type == type_txt)
      text += ' ' + data.substr(1);
    if (type == type_soa)
      text += fmt::format(" {}", dns::number_at(data, data.size() - 2));
    at += 12 + size;
  }
  return text;
}

std::string asked(const std::string& name, std::size_t type = type_a) {
  return shown(answer_to(question(name, type)));
}

const std::string nibbles = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";

} // namespace

TEST_CASE("dnsbl: what is listed has an address and a reason",
          "[protocols][dnsbl]") {
  CHECK(asked("9.2.0.192.bl.example") == "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(asked("9.2.0.192.bl.example", type_txt) ==
        "NOERROR AA; 16@12 300 listed by spfblock: a.example");
  CHECK(asked("9.2.0.192.bl.example", type_any) ==
        "NOERROR AA; 1@12 300 127.0.0.2; 16@12 300 listed by spfblock: "
        "a.example");
  CHECK(asked(nibbles + "8.b.d.0.1.0.0.2.bl.example") ==
        "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(asked("9.2.0.192.bl.example", type_aaaa) == "NOERROR AA; 6@22 60 60");
  CHECK(asked("9.2.0.192.bl.example", type_hinfo) == "NOERROR AA; 6@22 60 60");
}

TEST_CASE("dnsbl: what is not listed, or does not block, has no name",
          "[protocols][dnsbl]") {
  for (const std::string name :
       {"9.3.0.192.bl.example", "129.2.0.192.bl.example",
        "9.113.0.203.bl.example", "1.0.0.127.bl.example"}) {
    CAPTURE(name);
    const std::string soa =
        fmt::format("6@{} 60 60", 12 + name.find("bl.example"));
    CHECK(asked(name) == "NXDOMAIN AA; " + soa);
    CHECK(asked(name, type_txt) == "NXDOMAIN AA; " + soa);
    CHECK(asked(name, type_any) == "NXDOMAIN AA; " + soa);
  }
}

TEST_CASE("dnsbl: a part of a name is there if something listed is below it",
          "[protocols][dnsbl]") {
  for (const std::string name :
       {"192", "0.192", "2.0.192", "127", "0.0.127", "2", "0.2", "1.0.0.2",
        "8.b.d.0.1.0.0.2", "0.8.b.d.0.1.0.0.2", "0", "0.0.0.0.0"}) {
    CAPTURE(name);
    CHECK(asked(name + ".bl.example") ==
          fmt::format("NOERROR AA; 6@{} 60 60", 13 + name.size()));
  }
  for (const std::string name :
       {"193", "3.0.192", "113.0.203", "1.127", "3", "9.b.d.0.1.0.0.2"}) {
    CAPTURE(name);
    CHECK(asked(name + ".bl.example") ==
          fmt::format("NXDOMAIN AA; 6@{} 60 60", 13 + name.size()));
  }
}

TEST_CASE("dnsbl: names that are no addresses are not there",
          "[protocols][dnsbl]") {
  for (const std::string name :
       {"192.0.2.9.9", "9.9.2.0.192", "www", "www.9.2.0.192", "09.2.0.192",
        "300", "x.2.0.192"}) {
    CAPTURE(name);
    CHECK(asked(name + ".bl.example").starts_with("NXDOMAIN AA; 6@"));
  }
}

TEST_CASE("dnsbl: the test entries of RFC 5782", "[protocols][dnsbl]") {
  const std::string mapped = "f.7.f.f.f.f." + nibbles.substr(0, 40);
  CHECK(asked("2.0.0.127.bl.example") == "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(asked("2.0.0.127.bl.example", type_txt) ==
        "NOERROR AA; 16@12 300 listed by spfblock: test entry");
  CHECK(asked("2.0.0.0.0.0." + mapped + "bl.example") ==
        "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(asked("1.0.0.127.bl.example").starts_with("NXDOMAIN"));
  CHECK(asked("1.0.0.0.0.0." + mapped + "bl.example").starts_with("NXDOMAIN"));
  // What leads to them is there, too.
  CHECK(asked("0.0.0.0." + mapped + "bl.example").starts_with("NOERROR"));
  CHECK(asked("f.f.f." + nibbles.substr(0, 40) + "bl.example")
            .starts_with("NOERROR"));
}

TEST_CASE("dnsbl: the zone itself", "[protocols][dnsbl]") {
  CHECK(asked("bl.example", type_soa) == "NOERROR AA; 6@12 300 60");
  CHECK(asked("bl.example", type_ns) == "NOERROR AA; 2@12 300");
  CHECK(asked("bl.example", type_any) == "NOERROR AA; 6@12 300 60; 2@12 300");
  CHECK(asked("bl.example") == "NOERROR AA; 6@12 60 60");
}

TEST_CASE("dnsbl: refuses what is not its own", "[protocols][dnsbl]") {
  CHECK(asked("example") == "REFUSED");
  CHECK(asked("9.2.0.192.xbl.example") == "REFUSED");
  CHECK(asked("9.2.0.192.bl.example.org") == "REFUSED");
  CHECK(asked("") == "REFUSED");
  CHECK(asked("bl.example", type_axfr) == "REFUSED");
  CHECK(asked("bl.example", type_ixfr) == "REFUSED");
  dns_message chaos;
  chaos.flags = 0;
  chaos.questions = {wire_name("bl.example") + u16(type_txt) + u16(3)};
  CHECK(shown(answer_to(chaos.octets())) == "REFUSED");
}

TEST_CASE("dnsbl: answers no answer, and errors with no more than a header",
          "[protocols][dnsbl]") {
  CHECK(answer_to(answer_to(question("9.2.0.192.bl.example"))).empty());
  CHECK(answer_to("").empty());
  CHECK(shown(answer_to(question("bl.example").substr(0, 20))) == "FORMERR");
  CHECK(answer_to(question("bl.example").substr(0, 20)).size() == 12);
}

TEST_CASE("dnsbl: what is odd is answered by rule, and amplified by nothing",
          "[protocols][dnsbl]") {
  const std::string listed = wire_question("9.2.0.192.bl.example", type_a);
  const std::string in_a = u16(type_a) + u16(1);
  const std::string opt = opt_record();
  const auto with_options = [](const std::string& options) {
    return wire_record(wire_name(""), type_opt, options, 0, 1232);
  };
  const auto of_class = [](std::size_t number) {
    return wire_name("9.2.0.192.bl.example") + u16(type_a) + u16(number);
  };
  const std::string zone = wire_name("bl.example"); // 12 octets
  const std::string long_label = counted(std::string(63, 'a'));
  const std::string three = long_label + long_label + long_label;
  const std::string longest = three + counted(std::string(50, 'a'));
  const std::string longer = three + counted(std::string(51, 'a'));

  using list = std::vector<std::string>;
  const auto asking = [](list questions, list additional = {},
                         std::size_t opcode = 0) {
    dns_message made;
    made.flags = opcode << 11U;
    made.questions = std::move(questions);
    made.additional = std::move(additional);
    return made;
  };
  dns_message misplaced = asking({listed});
  misplaced.authority = {opt};
  dns_message answering = asking({listed});
  answering.answers = {opt};

  struct row {
    const char* what;
    dns_message asked;
    const char* said; ///< the first word of what is shown()
  };
  const std::vector<row> rows{
      {"no question", asking({}), "FORMERR"},
      {"two questions", asking({listed, listed}), "FORMERR"},
      {"a name that leads to itself", asking({pointer_to(12) + in_a}),
       "FORMERR"},
      {"a label, and on into the header",
       asking({counted("9") + pointer_to(0) + in_a}), "FORMERR"},
      {"a label of an unknown type",
       asking({"\x41" + std::string(9, 'a') + '\0' + in_a}), "FORMERR"},
      {"a name of 255 octets", asking({longest + zone + in_a}), "NXDOMAIN"},
      {"one of 256", asking({longer + zone + in_a}), "FORMERR"},
      {"dots within a label", asking({counted("9.2.0.192") + zone + in_a}),
       "NXDOMAIN"},
      {"zero octets within a label",
       asking({counted(std::string(2, '\0')) + zone + in_a}), "NXDOMAIN"},
      {"OPT twice", asking({listed}, {opt, opt}), "FORMERR"},
      {"OPT among the authorities", misplaced, "FORMERR"},
      {"OPT of somebody",
       asking({listed}, {wire_record(wire_name("a"), type_opt, "")}),
       "FORMERR"},
      {"a cookie",
       asking({listed}, {with_options(u16(10) + u16(8) + "01234567")}),
       "NOERROR"},
      {"half a cookie",
       asking({listed}, {with_options(u16(10) + u16(8) + "0123")}), "FORMERR"},
      {"class CH", asking({of_class(3)}), "REFUSED"},
      {"class ANY", asking({of_class(255)}), "REFUSED"},
      {"NOTIFY", asking({listed}, {}, 4), "NOTIMP"},
      {"UPDATE", asking({listed}, {}, 5), "NOTIMP"},
      {"the last opcode", asking({}, {}, 15), "NOTIMP"},
      {"a type of nothing", asking({wire_question("9.2.0.192.bl.example", 0)}),
       "NOERROR"},
      {"an answer", answering, "FORMERR"},
  };
  for (row each : rows) {
    CAPTURE(each.what);
    const std::string octets = each.asked.octets();
    const std::string reply = answer_to(octets);
    const std::string text = shown(reply);
    CHECK(text.substr(0, text.find(' ')) == each.said);
    CHECK(reply.size() <= octets.size() + 252);
    CHECK(shown(answer_to(octets + '\0')) ==
          (each.asked.flags == 0 ? "FORMERR" : "NOTIMP"));
    each.asked.flags |= 0x8000U;
    CHECK(answer_to(each.asked.octets()).empty());
  }
}

TEST_CASE("dnsbl: half an IPv6 address is there if something is below it",
          "[protocols][dnsbl]") {
  const auto first = [](std::string name, std::size_t labels) {
    return name.substr(name.size() - 2 * labels + 1) + ".bl.example";
  };
  const std::string listed = nibbles + "8.b.d.0.1.0.0.2";
  for (std::size_t labels = 1; labels < 32; ++labels) {
    CAPTURE(labels);
    CHECK(asked(first(listed, labels)) ==
          "NOERROR AA; 6@" + std::to_string(12 + 2 * labels) + " 60 60");
  }
  CHECK(asked(first(listed, 32)) == "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(asked("0." + first(listed, 32)).starts_with("NXDOMAIN"));
  CHECK(asked(first("0.0.0.0.0.0.0.0.9.b.d.0.1.0.0.2", 16))
            .starts_with("NXDOMAIN"));
}

TEST_CASE("dnsbl: the letters of a question come back as they came",
          "[protocols][dnsbl]") {
  const std::string reply = answer_to(question("9.2.0.192.bL.exAMple"));
  CHECK(shown(reply) == "NOERROR AA; 1@12 300 127.0.0.2");
  CHECK(reply.find(wire_name("9.2.0.192.bL.exAMple")) == 12);
}

TEST_CASE("dnsbl: the longest answer fits into any datagram",
          "[protocols][dnsbl]") {
  std::string zone = "bl";
  while (zone.size() + 3 < dnsbl::longest_zone - 1)
    zone += "." + std::string(std::min<std::size_t>(63, dnsbl::longest_zone -
                                                            3 - zone.size()),
                              'z');
  const dnsbl longest{*dns::name::from_text(zone), {}};
  REQUIRE(longest.zone().wire().size() == dnsbl::longest_zone);
  const std::string long_name(300, 'n');
  const table::snapshot table{{{long_name,
                                table::action::parse("REJECT")->bind("x"),
                                {*net::ip_prefix::parse("2001:db8::/32")}}}};
  protocols::counts counted;
  dns_message asked;
  asked.flags = 0;
  asked.questions = {
      wire_question(nibbles + "8.b.d.0.1.0.0.2." + zone, type_any)};
  asked.additional = {opt_record()};
  std::string reply;
  longest.answer(asked.octets(), {table, counted}, reply);
  CHECK(dns::wire_check(reply, {}));
  CHECK(reply.size() == dnsbl::longest_answer - 1);
}

TEST_CASE("dnsbl: counts a question by how it ends, and tells of an address "
          "once",
          "[protocols][dnsbl]") {
  protocols::counts counted;
  std::vector<std::string> told;
  const protocols::lookup in{
      listed_table(), counted,
      [&](const protocols::hit& of) { told.push_back(of.found.by->name); }};
  std::string replies;
  const auto ask = [&](const std::string& name, std::size_t type) {
    list().answer(question(name, type), in, replies);
  };
  ask("9.2.0.192.bl.example", type_a);
  ask("9.2.0.192.bl.example", type_txt);
  ask("9.2.0.192.bl.example", type_aaaa);
  CHECK(told == std::vector<std::string>{"a.example"});
  CHECK(counted[count::found] == 3);
  ask("9.113.0.203.bl.example", type_a); // WARN
  ask("9.3.0.192.bl.example", type_a);
  CHECK(counted[count::not_found] == 2);
  ask("0.192.bl.example", type_a);
  ask("bl.example", type_soa);
  ask("2.0.0.127.bl.example", type_a);
  ask("www.bl.example", type_a);
  CHECK(counted[count::passed_over] == 4);
  ask("bl.example", type_axfr);
  ask("example.org", type_a);
  list().answer("x", in, replies);
  CHECK(counted[count::refused] == 3);
  CHECK(told.size() == 1);
}

TEST_CASE("dnsbl: where it does not know what blocks, no part of a name is "
          "denied",
          "[protocols][dnsbl]") {
  const table::snapshot table;
  protocols::counts counted;
  std::string reply;
  list().answer(question("193.bl.example"), {table, counted}, reply);
  CHECK(shown(reply).starts_with("NOERROR"));
}

TEST_CASE("dnsbl: an answer by TCP only is its question",
          "[protocols][dnsbl]") {
  std::string reply;
  const std::string message = question("9.2.0.192.bl.example");
  protocols::answer_by_tcp_only(message, reply);
  CHECK(reply.size() == message.size());
  CHECK(shown(reply) == "NOERROR");
  CHECK((dns::number_at(reply, 2) & 0x0200U) != 0);
  reply.clear();
  protocols::answer_by_tcp_only(answer_to(message), reply);
  CHECK(reply.empty());
}

TEST_CASE("dnsbl: serves its clients only", "[protocols][dnsbl]") {
  CHECK(list().serves(*net::ip_address::parse("127.0.0.1")));
  CHECK(list().serves(*net::ip_address::parse("::ffff:127.0.0.1")));
  CHECK_FALSE(list().serves(*net::ip_address::parse("192.0.2.1")));
  CHECK_FALSE(list().serves(*net::ip_address::parse("::1")));
}

namespace {

std::string framed(const std::string& message) {
  return u16(message.size()) + message;
}

struct conversed {
  std::string replies;
  bool finished;

  friend bool operator==(const conversed&, const conversed&) = default;
};

conversed converse(std::string_view stream, std::size_t size) {
  protocols::counts counted;
  const protocols::lookup in{listed_table(), counted};
  protocols::dnsbl_stream with_client{
      std::shared_ptr<const dnsbl>{std::shared_ptr<void>{}, &list()}};
  conversed led_to{"", false};
  while (!stream.empty() && !with_client.finished()) {
    std::string batch;
    stream.remove_prefix(with_client.feed(stream.substr(0, size), in, batch));
    led_to.replies += batch;
  }
  led_to.finished = with_client.finished();
  return led_to;
}

} // namespace

TEST_CASE("dnsbl_stream: answers in order, in any cuts", "[protocols][dnsbl]") {
  const std::vector<std::string> messages{
      question("9.2.0.192.bl.example"),
      question("9.2.0.192.bl.example", type_txt),
      question("9.3.0.192.bl.example"), question("example.org"),
      std::string(12, '\0')};
  std::string stream;
  conversed expected{"", false};
  for (const std::string& each : messages) {
    stream += framed(each);
    expected.replies += framed(answer_to(each));
  }
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    CAPTURE(size);
    REQUIRE(converse(stream, size) == expected);
  }
}

TEST_CASE("dnsbl_stream: what gets no answer ends it", "[protocols][dnsbl]") {
  const std::string good = framed(question("9.2.0.192.bl.example"));
  const std::string reply = framed(answer_to(good.substr(2)));
  for (const std::string& bad :
       {framed(""), framed("01234567890"), framed(reply.substr(2)),
        u16(protocols::dnsbl_stream::longest_request + 1)}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1000}})
      CHECK(converse(good + bad + good, size) == conversed{reply, true});
  }
}

TEST_CASE("dnsbl_stream: replies wait in bounded memory",
          "[protocols][dnsbl]") {
  std::string stream;
  for (int i = 0; i < 2000; ++i)
    stream += framed(question("9.2.0.192.bl.example"));
  protocols::counts counted;
  protocols::dnsbl_stream with_client{
      std::shared_ptr<const dnsbl>{std::shared_ptr<void>{}, &list()}};
  std::string replies;
  const std::size_t taken =
      with_client.feed(stream, {listed_table(), counted}, replies);
  CHECK(taken < stream.size());
  CHECK(replies.size() < protocols::enough_replies + dnsbl::longest_answer + 2);
}

} // namespace dnsbl_test
