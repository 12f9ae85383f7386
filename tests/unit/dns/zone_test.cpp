// Tests also: master_text.
#include "core/dns/zone.hpp"
#include "tests/support/catch.hpp"

namespace spfblock::dns::zone_test {
namespace {

zone parsed(const std::string& text) {
  auto read = zone::parse(text);
  if (!read)
    FAIL(read.error().message);
  return *std::move(read);
}

answer ask(const zone& from, std::string_view owner, rr_type type) {
  return from.resolve({*name::from_text(owner), type});
}

std::vector<std::string> texts(const zone& from, std::string_view owner) {
  return ask(from, owner, rr_type::txt).texts;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("zone: the records of a spammer", "[dns][zone]") {
  const auto demo =
      parsed("toramaki.net.            3600 IN TXT "
             "\"v=spf1 include:spf-stx.burn-oxygen.com ~all\"\n"
             "spf-stx.burn-oxygen.com.  300 IN TXT "
             "\"v=spf1 ip4:45.120.196.0/22 ip4:45.124.217.0/24 ~all\"\n");
  CHECK(demo.size() == 2);
  const auto outer = ask(demo, "toramaki.net", rr_type::txt);
  CHECK(outer.status == answer_status::records);
  CHECK(outer.texts == list{"v=spf1 include:spf-stx.burn-oxygen.com ~all"});
  CHECK(outer.ttl == 3600);
  const auto inner = ask(demo, "SPF-stx.Burn-Oxygen.com.", rr_type::txt);
  CHECK(inner.texts ==
        list{"v=spf1 ip4:45.120.196.0/22 ip4:45.124.217.0/24 ~all"});
  CHECK(inner.ttl == 300);
}

TEST_CASE("zone: A, AAAA, MX and CNAME", "[dns][zone]") {
  const auto made = parsed("a.example. 60 A 192.0.2.1\n"
                           "a.example. 50 A 192.0.2.2\n"
                           "a.example. 60 A 192.0.2.1\n"
                           "a.example. AAAA 2001:db8::1\n"
                           "a.example. AAAA ::ffff:192.0.2.1\n"
                           "b.example. 40 CNAME A.example.\n"
                           "c.example. 70 CNAME b.example.\n"
                           "e.example. 30 MX 5 mx.example.\n"
                           "a.example. MX 20 mx2.example.\n"
                           "a.example. MX 10 mx1.example.\n");
  CHECK(made.size() == 10);
  const auto a = ask(made, "c.example", rr_type::a);
  CHECK(a.addresses == std::vector{net::ip_address::ipv4(0xc0000201),
                                   net::ip_address::ipv4(0xc0000202)});
  CHECK(a.ttl == 40);
  CHECK(a.aliases == std::vector{*name::from_text("b.example"),
                                 *name::from_text("a.example")});
  const auto address = net::ip_address::ipv6(
      (static_cast<net::uint128>(0x20010db8U) << 96U) | 1U);
  CHECK(ask(made, "a.example", rr_type::aaaa).addresses ==
        std::vector{address});
  CHECK(ask(made, "b.example", rr_type::mx).exchanges ==
        std::vector<mail_exchange>{{20, *name::from_text("mx2.example")},
                                   {10, *name::from_text("mx1.example")}});
  CHECK(ask(made, "b.example", rr_type::txt).status == answer_status::no_data);
  CHECK(ask(made, "b.example", rr_type::txt).aliases.empty());
}

TEST_CASE("zone: strings, quotes, parentheses and comments of a master file",
          "[dns][zone]") {
  const auto made = parsed("; a comment with ( and \"\n"
                           "a.example. TXT \"one \" two \"th;ree(\" ; ( \"\n"
                           "b.example. TXT (\n"
                           "   \"v=spf1 \" ; first (\n"
                           "\n"
                           "   \"-all\" )\r\n"
                           "c.example. TXT \"a\\\"b\\\\c\\065\" \"\"\n"
                           "\\@.x\\.y.example. TXT escaped\n"
                           "d.example. TXT \"no newline\"");
  CHECK(texts(made, "a.example") == list{"one twoth;ree("});
  CHECK(texts(made, "b.example") == list{"v=spf1 -all"});
  CHECK(texts(made, "c.example") == list{"a\"b\\cA"});
  CHECK(texts(made, "d.example") == list{"no newline"});
  using namespace std::string_literals;
  const auto escaped = name::from_wire("\1@\3x.y\7example\0"s);
  CHECK(made.resolve({*escaped, rr_type::txt}).texts == list{"escaped"});
}

TEST_CASE("zone: $ORIGIN, $TTL and owners left out", "[dns][zone]") {
  const auto made = parsed("root TXT default\n"
                           "$TTL 120\n"
                           "$ORIGIN sub.example. ; from here\n"
                           "@ TXT at\n"
                           "  MX 10 mail\n"
                           "mail 1h A 192.0.2.1\n"
                           "$ORIGIN example.net.\n"
                           "www CNAME @\n");
  CHECK(ask(made, "root", rr_type::txt).ttl == 3600);
  CHECK(ask(made, "sub.example", rr_type::txt).ttl == 120);
  CHECK(ask(made, "sub.example", rr_type::mx).exchanges.at(0).host ==
        *name::from_text("mail.sub.example"));
  CHECK(ask(made, "mail.sub.example", rr_type::a).ttl == 3600);
  CHECK(ask(made, "www.example.net", rr_type::a).status ==
        answer_status::no_data);
}

TEST_CASE("zone: a TTL is cut to a week", "[dns][zone]") {
  const auto made = parsed("a. 604801 TXT x\nb. 4294967295 TXT x\n");
  CHECK(ask(made, "a", rr_type::txt).ttl == 604800);
  CHECK(ask(made, "b", rr_type::txt).ttl == 604800);
}

TEST_CASE("zone: NXDOMAIN, no data and empty non-terminals", "[dns][zone]") {
  const auto made = parsed("example. SOA ns.example. root.example. 1 2 3 4 5\n"
                           "a.b.example. TXT x\n"
                           "other.example. NS ns.example.\n"
                           "to-nothing.example. 60 CNAME nothing.example.\n"
                           "to-empty.example. 60 CNAME b.example.\n");
  CHECK(made.size() == 3);
  struct row {
    const char* owner;
    answer_status status;
  };
  const auto [owner, status] = GENERATE(values<row>({
      {"a.b.example", answer_status::no_data},
      {"b.example", answer_status::no_data},
      {"example", answer_status::no_data},
      {".", answer_status::no_data},
      {"other.example", answer_status::no_data},
      {"to-empty.example", answer_status::no_data},
      {"c.example", answer_status::nxdomain},
      {"x.a.b.example", answer_status::nxdomain},
      {"ns.example", answer_status::nxdomain},
      {"to-nothing.example", answer_status::nxdomain},
  }));
  CAPTURE(owner);
  const auto got = ask(made, owner, rr_type::a);
  CHECK(got.status == status);
  CHECK(got.ttl == 0);
  CHECK(got.is_void());
}

TEST_CASE(
    "zone: a wildcard answers below its closest encloser (RFC 4592 2.2.1)",
    "[dns][zone]") {
  const auto made = parsed("$ORIGIN example.\n"
                           "* TXT wild\n"
                           "*  60 MX 10 host1.example.\n"
                           "sub.* TXT below\n"
                           "host1 A 192.0.2.1\n"
                           "_ssh._tcp.host1 SRV 0 0 22 host1\n"
                           "subdel NS ns.example.com.\n"
                           "a.b.empty TXT deep\n"
                           "*.cname CNAME host1\n");
  struct row {
    const char* owner;
    rr_type type;
    answer_status status;
    const char* text;
  };
  const auto [owner, type, status, text] = GENERATE(values<row>({
      // As in the section.
      {"host3.example", rr_type::mx, answer_status::records, ""},
      {"host3.example", rr_type::a, answer_status::no_data, ""},
      {"foo.bar.example", rr_type::txt, answer_status::records, "wild"},
      {"host1.example", rr_type::mx, answer_status::no_data, ""},
      {"sub.*.example", rr_type::mx, answer_status::no_data, ""},
      {"sub.*.example", rr_type::txt, answer_status::records, "below"},
      {"_telnet._tcp.host1.example", rr_type::txt, answer_status::nxdomain, ""},
      {"host.subdel.example", rr_type::txt, answer_status::nxdomain, ""},
      {"ghost.*.example", rr_type::mx, answer_status::nxdomain, ""},
      {"*.example", rr_type::txt, answer_status::records, "wild"},
      // What exists has no wildcard, even without a record.
      {"empty.example", rr_type::txt, answer_status::no_data, ""},
      {"b.empty.example", rr_type::txt, answer_status::no_data, ""},
      {"x.empty.example", rr_type::txt, answer_status::nxdomain, ""},
      {"x.a.b.empty.example", rr_type::txt, answer_status::nxdomain, ""},
      {"example", rr_type::txt, answer_status::no_data, ""},
      {"other", rr_type::txt, answer_status::nxdomain, ""},
      {"any.cname.example", rr_type::a, answer_status::records, ""},
      {"any.cname.example", rr_type::txt, answer_status::no_data, ""},
  }));
  CAPTURE(owner, text);
  const auto got = ask(made, owner, type);
  CHECK(got.status == status);
  CHECK(got.texts == (*text ? list{text} : list{}));
}

TEST_CASE("zone: a wildcard of the root answers for all that is not there",
          "[dns][zone]") {
  const auto made = parsed("* TXT wild\na.example. TXT x\n");
  CHECK(texts(made, "anything") == list{"wild"});
  CHECK(texts(made, "b.other") == list{"wild"});
  CHECK(texts(made, "b.example").empty());
}

TEST_CASE("zone: a DNAME leads all names below it elsewhere (RFC 6672)",
          "[dns][zone]") {
  const auto made = parsed("old.example. 60 DNAME new.example.\n"
                           "old.example. TXT itself\n"
                           "a.b.new.example. TXT found\n"
                           "*.new.example. TXT wild\n"
                           "loop. DNAME x.loop.\n"
                           "to-old.example. CNAME a.b.old.example.\n"
                           "long. DNAME " +
                           std::string(63, 'x') + '.' + std::string(63, 'y') +
                           '.' + std::string(63, 'z') + ".\n");
  CHECK(texts(made, "old.example") == list{"itself"});
  const auto below = ask(made, "A.b.old.example", rr_type::txt);
  CHECK(below.texts == list{"found"});
  CHECK(below.ttl == 60);
  CHECK(below.aliases == std::vector{*name::from_text("a.b.new.example")});
  CHECK(texts(made, "c.old.example") == list{"wild"});
  CHECK(texts(made, "to-old.example") == list{"found"});
  CHECK(ask(made, "a.loop", rr_type::txt).status == answer_status::failed);
  CHECK(ask(made, std::string(60, 'w') + ".long", rr_type::txt).status ==
        answer_status::nxdomain);
  CHECK(ask(made, "long", rr_type::txt).status == answer_status::no_data);
}

TEST_CASE("zone: class and TTL stand in either order, or are left out",
          "[dns][zone]") {
  const char* head = GENERATE("300 IN", "IN 300", "in\t5m", "IN  300", "300",
                              "5M IN", "IN 0h5m");
  CAPTURE(head);
  const auto made = parsed("IN TXT of a name\n"
                           "a\\ b.example. " +
                           std::string{head} +
                           " TXT \"IN 300\" IN 300\n"
                           "\t" +
                           head + " MX 10 x.\n");
  using namespace std::string_literals;
  const auto owner = *name::from_wire("\3a b\7example\0"s);
  const auto got = made.resolve({owner, rr_type::txt});
  CHECK(got.texts == list{"IN 300IN300"});
  CHECK(got.ttl == 300);
  CHECK(made.resolve({owner, rr_type::mx}).ttl == 300);
  CHECK(texts(made, "in") == list{"ofaname"});
}

TEST_CASE("zone: a byte order mark is passed over", "[dns][zone]") {
  CHECK(texts(parsed("\xef\xbb\xbf"
                     "a.example. TXT x\n"),
              "a.example") == list{"x"});
  CHECK(parsed("\xef\xbb\xbf").size() == 0);
}

TEST_CASE("zone: an empty file has no names", "[dns][zone]") {
  for (const char* text : {"", "\n\n", "; nothing", "  \n ; nothing \n"}) {
    const auto made = parsed(text);
    CHECK(made.size() == 0);
    CHECK(ask(made, "a.example", rr_type::a).status == answer_status::nxdomain);
  }
}

TEST_CASE("zone: follows 11 CNAMEs and no loop", "[dns][zone]") {
  std::string text = "n12. TXT end\nloop. CNAME loop.\n";
  for (int i = 0; i < 12; ++i)
    text +=
        "n" + std::to_string(i) + ". CNAME n" + std::to_string(i + 1) + ".\n";
  const auto made = parsed(text);
  CHECK(texts(made, "n1") == list{"end"});
  const auto over = ask(made, "n0", rr_type::txt);
  CHECK(over.status == answer_status::failed);
  CHECK(over.reason == "CNAME loop, or more than 11 CNAMEs");
  CHECK(ask(made, "loop", rr_type::txt).status == answer_status::failed);
}

TEST_CASE("zone::parse says what is wrong, and in which line", "[dns][zone]") {
  using namespace std::string_literals;
  struct row {
    std::string text;
    std::size_t line;
    const char* what;
  };
  const std::string good = "; comment\n\na.example. TXT x\n";
  const std::string long_record =
      "b.example. TXT" + std::string(65536, ' ') + "x\n";
  const row rows[] = {
      {"$INCLUDE other\n", 4, "$INCLUDE is not supported"},
      {"$GENERATE 1-2 A 192.0.2.1\n", 4, "unknown directive"},
      {"$ttl 300 IN A 192.0.2.1\n", 4, "unknown directive"},
      {"\n; more\n  ; more\nb.example. A 192.0.2\n", 7,
       "Syntax error, could not parse the RR's rdata"},
      {"b.example. A (\n\n 192.0.2 )\n", 4,
       "Syntax error, could not parse the RR's rdata"},
      {"b.example. A 192.0.2.1\n\nb.example. A\n", 6,
       "Syntax error, value expected"},
      {"b.example. A 192.0.2.1 192.0.2.2\n", 4,
       "Syntax error, superfluous text present"},
      {"b.example. TXT " + std::string(256, 'x'), 4,
       "Syntax error, could not parse the RR's rdata"},
      {"b..example. TXT x\n", 4, "Syntax error, could not parse the RR"},
      {"b.example. TYPE0 \\# 0\n", 4, "unknown record type"},
      {"b.example. CH TXT x\n", 4, "class is not IN"},
      {"b.example. A \\# 0\n", 4, "RDATA is not of the record's type"},
      {"b.example. MX \\# 0\n", 4, "RDATA is not of the record's type"},
      {"b.example. CNAME \\# 0\n", 4, "RDATA is not of the record's type"},
      {"b.example. CNAME x.\nB.example. CNAME y.\n", 5,
       "second CNAME of b.example"},
      {"b.example. CNAME x.\nc.example. A 192.0.2.1\nB.example. TXT y\n", 6,
       "CNAME and other records of b.example"},
      {"b.example. TXT y\nb.example. CNAME x.\n", 5,
       "CNAME and other records of b.example"},
      {"*.b.example. A 192.0.2.1\n*.b.example. CNAME x.\n", 5,
       "CNAME and other records of *.b.example"},
      {"b.example. DNAME y.\nb.example. CNAME x.\n", 5,
       "CNAME and DNAME of b.example"},
      {"b.example. CNAME x.\nb.example. DNAME y.\n", 5,
       "CNAME and DNAME of b.example"},
      {"b.example. IN 300 TXT \"" + std::string(256, 'x') + "\"\n", 4,
       "Syntax error, could not parse the RR's rdata"},
      {"b.example. 4294967296 TXT x\n", 4, "TTL over 4294967295"},
      {"b.example. IN 9999999w TXT x\n", 4, "TTL over 4294967295"},
      {"b.example. 300 DNAME x.\nc.b.example. A 192.0.2.1\n", 5,
       "c.b.example is below the DNAME of b.example"},
      {"d.b.example. A 192.0.2.1\nb.example. DNAME x.\n", 4,
       "d.b.example is below the DNAME of b.example"},
      {"b.example. DNAME x.\nb.example. DNAME y.\n", 5,
       "second DNAME of b.example"},
      {"*.example. DNAME x.\n", 4, "DNAME of a wildcard"},
      {"b.example. TXT \"x\nc.example. TXT \"y\"\n", 4, "quote is not closed"},
      {"b.example. TXT \"x", 4, "quote is not closed"},
      {"b.example. TXT ( x\nc.example. TXT y\n", 4,
       "parenthesis is not closed"},
      {"b.example. TXT x )\n", 4, "parenthesis was not opened"},
      {"b.example. TXT x\\\n", 4, "backslash at the end of the line"},
      {"b.example. TXT \0x\n"s, 4, "control character"},
      {"b.example. TXT \"x\fy\"\n", 4, "control character"},
      {"b.example. TXT \"x\vy\"\n", 4, "control character"},
      {long_record, 4, "record over 65535 octets"},
  };
  for (const auto& [text, line, what] : rows) {
    CAPTURE(text.substr(0, 100));
    const auto made = zone::parse(good + text + "z.example. TXT z\n");
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::malformed);
    CHECK(made.error().offset == line);
    CHECK(made.error().message == "line " + std::to_string(line) + ": " + what);
  }
  const auto ownerless = zone::parse("\n  TXT x\n");
  REQUIRE_FALSE(ownerless);
  CHECK(ownerless.error().message == "line 2: first record without an owner");
}

TEST_CASE("zone::parse: a text cut anywhere does no harm", "[dns][zone]") {
  const std::string text = "$ORIGIN example.\n$TTL 1h\na TXT ( \"x;\\\"\" ; c\n"
                           "  y )\n  MX 10 b\nb AAAA ::1\nc CNAME a\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto made = zone::parse(text.substr(0, size));
    if (made)
      REQUIRE(made->size() <= 4);
    else
      REQUIRE(made.error().message.starts_with("line "));
  }
  REQUIRE(zone::parse(text)->size() == 4);
}

} // namespace spfblock::dns::zone_test
