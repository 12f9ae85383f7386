// Tests also: directive_parser, record.
#include "core/spf/record_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/spf_grammar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

namespace record_parser_test {

using namespace spfblock;
using namespace std::string_view_literals;
using spf::parse_record;

namespace {

std::string with_version(std::string_view terms) {
  return "v=spf1 " + std::string{terms};
}

/// The canonical spelling of `terms` without the version.
std::string canonical(std::string_view terms) {
  const std::string printed = to_string(parse_record(with_version(terms)));
  REQUIRE(printed.starts_with("v=spf1"));
  return printed.size() > 7 ? printed.substr(7) : "";
}

/// The only term of a record.
spf::term only_term(std::string_view text) {
  auto parsed = parse_record(with_version(text));
  REQUIRE(parsed.terms.size() == 1);
  return parsed.terms.front();
}

spf::directive only_directive(std::string_view text) {
  const auto term = only_term(text);
  REQUIRE(std::holds_alternative<spf::directive>(term.value));
  return std::get<spf::directive>(term.value);
}

/// "offset: message" of the first error, with the offset counted behind the
/// version.
std::string first_error(std::string_view terms) {
  const auto parsed = parse_record(with_version(terms));
  const failure* error = parsed.first_error();
  if (error == nullptr)
    return "none";
  CHECK(error->code == errc::malformed);
  return fmt::format("{}: {}", error->offset - 7, error->message);
}

bool valid(std::string_view terms) {
  return first_error(terms) == "none";
}

struct row {
  std::string_view text;
  std::string_view expected;
};

} // namespace

TEST_CASE("is_spf_record wants the version and a space or the end",
          "[spf][record_parser]") {
  struct selection {
    std::string_view text;
    bool expected;
  };
  const auto [text, expected] = GENERATE(values<selection>({
      {"v=spf1", true},
      {"v=spf1 ", true},
      {"v=spf1 mx", true},
      {"v=spf1  \t", true},
      {"V=sPf1 +all", true},
      {"V=SPF1", true},
      {"v=spf10", false},
      {"v=spf1mx", false},
      {"v=spf1-all", false},
      {"v=spf1\tall", false},
      {"v=spf1\0"sv, false},
      {"v=spf3 !a:yahoo.com -all", false},
      {" v=spf1 -all", false},
      {"\"v=spf1 -all\"", false},
      {"v=spf", false},
      {"v=spf2.0/pra -all", false},
      {"\x96", false},
      {"", false},
  }));
  CAPTURE(text);
  CHECK(spf::is_spf_record(text) == expected);
}

TEST_CASE("parse_record splits at spaces and nothing else",
          "[spf][record_parser]") {
  CHECK(to_string(parse_record("v=spf1")) == "v=spf1");
  CHECK(to_string(parse_record("V=SPF1   ")) == "v=spf1");
  CHECK(to_string(parse_record("v=SpF1   a   -all  ")) == "v=spf1 a -all");

  const auto parsed = parse_record("v=spf1 a  mx -all ");
  REQUIRE(parsed.terms.size() == 3);
  CHECK(parsed.text == "v=spf1 a  mx -all ");
  CHECK(parsed.terms[0].offset == 7);
  CHECK(parsed.terms[1].offset == 10);
  CHECK(parsed.terms[2].offset == 13);
  CHECK(parsed.terms[2].text == "-all");
  CHECK(parsed.first_error() == nullptr);
}

TEST_CASE("parse_record takes what RFC 7208 takes", "[spf][record_parser]") {
  const auto [text, expected] = GENERATE(values<row>({
      // all
      {"all", "all"},
      {"+all", "all"},
      {"-ALL", "-all"},
      {"~All", "~all"},
      {"?all", "?all"},
      {"all -all", "all -all"},
      // a, mx
      {"a", "a"},
      {"A", "a"},
      {"-mx", "-mx"},
      {"MX:Example.COM", "mx:Example.COM"},
      {"a/0", "a/0"},
      {"a/32", "a"},
      {"a//0", "a//0"},
      {"a//33", "a//33"},
      {"a//128", "a"},
      {"a/24", "a/24"},
      {"a//64", "a//64"},
      {"a/24//64", "a/24//64"},
      {"mx/32//128", "mx"},
      {"mx/0", "mx/0"},
      {"mx//0", "mx//0"},
      {"mx/9//9", "mx/9//9"},
      {"a:foo.example.com/24", "a:foo.example.com/24"},
      {"mx:foo.example.com//64", "mx:foo.example.com//64"},
      {"mx:foo.example.com/24//64", "mx:foo.example.com/24//64"},
      {"a:foo:bar/baz.example.com", "a:foo:bar/baz.example.com"},
      {"mx:foo:bar/baz.example.com/8", "mx:foo:bar/baz.example.com/8"},
      {"a:1/2.example.com/24", "a:1/2.example.com/24"},
      {"a:1//2.a-3/24//64", "a:1//2.a-3/24//64"},
      {"a:example.com./24", "a:example.com./24"},
      {"a:%{d}/24", "a:%{d}/24"},
      {"a:x%{d2/}//64", "a:x%{d2/}//64"},
      {"a:%{d/}", "a:%{d/}"},
      {"a:x%%/24", "a:x%%/24"},
      {"a:foo.example.xn--zckzah", "a:foo.example.xn--zckzah"},
      {"a:mail.example...com", "a:mail.example...com"},
      {"a:a123456789012345678901234567890123456789012345678901234567890123.x",
       "a:a123456789012345678901234567890123456789012345678901234567890123.x"},
      {"a:%{H}.bar", "a:%{H}.bar"},
      {"a:%{H}", "a:%{H}"},
      {"a:macro%%percent%_%_space%-url-space.example.com",
       "a:macro%%percent%_%_space%-url-space.example.com"},
      // include, exists, ptr
      {"include:_spf.example.com", "include:_spf.example.com"},
      {"-INCLUDE:_spfh.%{d2}", "-include:_spfh.%{d2}"},
      {"include:o.spf.example.com.", "include:o.spf.example.com."},
      {"include:1/24.example.com", "include:1/24.example.com"},
      {"exists:mail.example.com", "exists:mail.example.com"},
      {"exists:%{i}.%{l2r-}.user.%{d2}", "exists:%{i}.%{l2r-}.user.%{d2}"},
      {"~exists:%{p}.ok.example.com", "~exists:%{p}.ok.example.com"},
      {"ptr", "ptr"},
      {"PTR:example.Com", "ptr:example.Com"},
      // ip4
      {"ip4:192.0.2.1", "ip4:192.0.2.1"},
      {"IP4:192.0.2.1/32", "ip4:192.0.2.1"},
      {"-ip4:1.2.3.4", "-ip4:1.2.3.4"},
      {"ip4:1.1.1.1/0", "ip4:0.0.0.0/0"},
      {"ip4:192.0.2.255/24", "ip4:192.0.2.0/24"},
      {"ip4:255.255.255.255/31", "ip4:255.255.255.254/31"},
      // ip6
      {"ip6:2001:db8::1", "ip6:2001:db8::1"},
      {"IP6:2001:DB8::1/128", "ip6:2001:db8::1"},
      {"ip6:::1.1.1.1/0", "ip6:::/0"},
      {"ip6:Cafe:Babe:8000::/33", "ip6:cafe:babe:8000::/33"},
      {"ip6:2001:db8::192.0.2.1/112", "ip6:2001:db8::c000:0/112"},
      {"ip6:1:2:3:4:5:6:7:8/99", "ip6:1:2:3:4:5:6::/99"},
      // redirect=, exp=, unknown modifiers
      {"redirect=_spf.example.com", "redirect=_spf.example.com"},
      {"Redirect=%{d}.d.spf.example.com.", "redirect=%{d}.d.spf.example.com."},
      {"redirect=t5.example.com ~all", "redirect=t5.example.com ~all"},
      {"exp=exp.example.net", "exp=exp.example.net"},
      {"-all EXP=foobar.%{o}.%{o}.example.com",
       "-all exp=foobar.%{o}.%{o}.example.com"},
      {"exp=%{ir}.example.com", "exp=%{ir}.example.com"},
      {"exp=msg8.%{D2}", "exp=msg8.%{D2}"},
      {"moo.cow-far_out=man:dog/cat ip4:1.2.3.4",
       "moo.cow-far_out=man:dog/cat ip4:1.2.3.4"},
      {"ip4=1.2.3.4", "ip4=1.2.3.4"},
      {"ALL=x a=", "all=x a="},
      {"default=pass default=+", "default=pass default=+"},
      {"x=%{S}%-=y", "x=%{S}%-=y"},
      {"x=a=b", "x=a=b"},
      {"x9=C:\\", "x9=C:\\"},
      {"op=auth redirect1=x exp.=x", "op=auth redirect1=x exp.=x"},
  }));
  CAPTURE(text);
  CHECK(valid(text));
  CHECK(canonical(text) == expected);
}

TEST_CASE("parse_record says what is wrong with a term, and where",
          "[spf][record_parser]") {
  const auto [text, expected] = GENERATE(values<row>({
      // terms
      {"moo", R"(0: unknown mechanism "moo" in "moo")"},
      {"ip4:1.2.3.4 -all moo", R"(17: unknown mechanism "moo" in "moo")"},
      {"-", R"(1: unknown mechanism "" in "-")"},
      {":example.com", R"(0: unknown mechanism "" in ":example.com")"},
      {"--all", R"(1: unknown mechanism "-all" in "--all")"},
      {"!a:yahoo.com", R"(0: unknown mechanism "!a" in "!a:yahoo.com")"},
      {"ipv4:1.2.3.4", R"(0: unknown mechanism "ipv4" in "ipv4:1.2.3.4")"},
      {"-all.", R"(1: unknown mechanism "all." in "-all.")"},
      {"\"-all\"", R"(0: unknown mechanism "\x22-all\x22" in "\x22-all\x22")"},
      {"a,mx", R"(0: unknown mechanism "a,mx" in "a,mx")"},
      {"redirect:t2.example.com",
       R"(0: unknown mechanism "redirect" in "redirect:t2.example.com")"},
      {"+redirect=a.b",
       R"(1: unknown mechanism "redirect=a.b" in "+redirect=a.b")"},
      {"moo.cow/far_out=man:dog/cat",
       R"(0: unknown mechanism "moo.cow" in "moo.cow/far_out=man:dog/cat")"},
      {"moo.cow:far_out=man:dog/cat",
       R"(0: unknown mechanism "moo.cow" in "moo.cow:far_out=man:dog/cat")"},
      // octets
      {"a:ctrl.example.com\rptr",
       R"(18: forbidden octet 0x0d in "a:ctrl.example.com\x0dptr")"},
      {"ip4:192.0.2.5\n ~all",
       R"(13: forbidden octet 0x0a in "ip4:192.0.2.5\x0a")"},
      {"a\t-all", R"(1: forbidden octet 0x09 in "a\x09-all")"},
      {"a:\xef\xbb\xbfgarbage.example.net",
       R"(2: forbidden octet 0xef in "a:\xef\xbb\xbfgarbage.example.net")"},
      {"\x80"
       "a:example.net",
       R"(0: forbidden octet 0x80 in "\x80a:example.net")"},
      {"a:example.net \x96"
       "all",
       R"(14: forbidden octet 0x96 in "\x96all")"},
      {"a:foo.example.com\0"sv,
       R"(17: forbidden octet 0x00 in "a:foo.example.com\x00")"},
      {"x=\x7f", R"(2: forbidden octet 0x7f in "x=\x7f")"},
      {"-all\x7f", R"(4: forbidden octet 0x7f in "-all\x7f")"},
      // all
      {"-all:foobar", R"(4: all takes no argument in "-all:foobar")"},
      {"-all/8", R"(4: all takes no argument in "-all/8")"},
      {"all:", R"(3: all takes no argument in "all:")"},
      // a, mx
      {"a:", R"(2: domain-spec is empty in "a:")"},
      {"mx: -all", R"(3: domain-spec is empty in "mx:")"},
      {"a:/24", R"(2: domain-spec is empty in "a:/24")"},
      {"a/", R"(2: ip4-cidr-length without digits in "a/")"},
      {"a//", R"(3: ip6-cidr-length without digits in "a//")"},
      {"a/24//", R"(6: ip6-cidr-length without digits in "a/24//")"},
      {"a/33", R"(2: ip4-cidr-length over 32 in "a/33")"},
      {"mx/33", R"(3: ip4-cidr-length over 32 in "mx/33")"},
      {"a/4294967296", R"(2: ip4-cidr-length over 32 in "a/4294967296")"},
      {"a/99999999999999999999999",
       R"(2: ip4-cidr-length over 32 in "a/99999999999999999999999")"},
      {"a//129", R"(3: ip6-cidr-length over 128 in "a//129")"},
      {"mx//129", R"(4: ip6-cidr-length over 128 in "mx//129")"},
      {"a/24/64", R"(2: ip4-cidr-length "24/64" is no number in "a/24/64")"},
      {"a///64", R"(3: ip6-cidr-length "/64" is no number in "a///64")"},
      {"a//64/24", R"(3: ip6-cidr-length "64/24" is no number in "a//64/24")"},
      {"a/-1", R"(2: ip4-cidr-length "-1" is no number in "a/-1")"},
      {"a/2x", R"(2: ip4-cidr-length "2x" is no number in "a/2x")"},
      {"a/024", R"(2: ip4-cidr-length with a leading zero in "a/024")"},
      {"a/00", R"(2: ip4-cidr-length with a leading zero in "a/00")"},
      {"a//064", R"(3: ip6-cidr-length with a leading zero in "a//064")"},
      {"a:example.com/33", R"(14: ip4-cidr-length over 32 in )"
                           R"("a:example.com/33")"},
      {"a:example.com/", R"(14: ip4-cidr-length without digits in )"
                         R"("a:example.com/")"},
      {"a:111.222.33.44", R"(13: toplabel "44" of digits only (an address )"
                          R"(belongs in ip4) in "a:111.222.33.44")"},
      {"mx:abc.123", R"(7: toplabel "123" of digits only (an address )"
                     R"(belongs in ip4) in "mx:abc.123")"},
      {"a:museum", R"(2: domain-spec ends in neither .toplabel nor a macro )"
                   R"(in "a:museum")"},
      {"a:museum.", R"(2: domain-spec ends in neither .toplabel nor a macro )"
                    R"(in "a:museum.")"},
      {"a:foo-bar", R"(2: domain-spec ends in neither .toplabel nor a macro )"
                    R"(in "a:foo-bar")"},
      {"a:foo/24", R"(2: domain-spec ends in neither .toplabel nor a macro )"
                   R"(in "a:foo/24")"},
      {"a:%{d}./24", R"(6: domain-spec ends in neither .toplabel nor a macro )"
                     R"(in "a:%{d}./24")"},
      {"a:example.-com", R"(10: "-com" is no toplabel in "a:example.-com")"},
      {"mx:example.-com", R"(11: "-com" is no toplabel in "mx:example.-com")"},
      {"a:example.com:8080",
       R"(10: "com:8080" is no toplabel in "a:example.com:8080")"},
      {"mx:example.com:8080",
       R"(11: "com:8080" is no toplabel in "mx:example.com:8080")"},
      {"a:%{a}.example.com", R"(2: unknown macro "%{a}" in )"
                             R"("a:%{a}.example.com")"},
      {"a:%{d/24", R"(2: macro without "}" in "a:%{d/24")"},
      // include, exists, ptr
      {"include", R"(7: include without a domain-spec in "include")"},
      {"include/24", R"(7: include without a domain-spec in "include/24")"},
      {"include: -all", R"(8: domain-spec is empty in "include:")"},
      {"include:ip5.example.com/24",
       R"(20: "com/24" is no toplabel in "include:ip5.example.com/24")"},
      {"exists", R"(6: exists without a domain-spec in "exists")"},
      {"exists:", R"(7: domain-spec is empty in "exists:")"},
      {"exists:mail.example.com/24",
       R"(20: "com/24" is no toplabel in "exists:mail.example.com/24")"},
      {"-exists:%(ir).sbl.example.com",
       R"(8: "%" without "{", "%", "_" or "-" behind it in )"
       R"("-exists:%(ir).sbl.example.com")"},
      {"exists:foo%.sbl.example.com",
       R"(10: "%" without "{", "%", "_" or "-" behind it in )"
       R"("exists:foo%.sbl.example.com")"},
      {"ptr/0", R"(3: ptr takes no cidr-length in "ptr/0")"},
      {"ptr:", R"(4: domain-spec is empty in "ptr:")"},
      {"ptr:example.com/24",
       R"(12: "com/24" is no toplabel in "ptr:example.com/24")"},
      // ip4
      {"ip4", R"(3: ip4 without a network in "ip4")"},
      {"ip4/24", R"(3: ip4 without a network in "ip4/24")"},
      {"ip4:", R"(4: "" is no IPv4 address in "ip4:")"},
      {"ip4:/24", R"(4: "" is no IPv4 address in "ip4:/24")"},
      {"ip4:1.2.3", R"(4: "1.2.3" is no IPv4 address in "ip4:1.2.3")"},
      {"ip4:10/8", R"(4: "10" is no IPv4 address in "ip4:10/8")"},
      {"ip4:1.2.3.4:8080",
       R"(4: "1.2.3.4:8080" is no IPv4 address in "ip4:1.2.3.4:8080")"},
      {"ip4:1.2.3.256", R"(4: "1.2.3.256" is no IPv4 address in )"
                        R"("ip4:1.2.3.256")"},
      {"ip4:1.2.3.04", R"(4: "1.2.3.04" is no IPv4 address in )"
                       R"("ip4:1.2.3.04")"},
      {"ip4:1.2.3.4.", R"(4: "1.2.3.4." is no IPv4 address in )"
                       R"("ip4:1.2.3.4.")"},
      {"ip4:::ffff:1.2.3.4", R"(4: "::ffff:1.2.3.4" is no IPv4 address in )"
                             R"("ip4:::ffff:1.2.3.4")"},
      {"ip4:example.com", R"(4: "example.com" is no IPv4 address in )"
                          R"("ip4:example.com")"},
      {"ip4:192.0.2.0/33",
       R"(14: ip4-cidr-length over 32 in "ip4:192.0.2.0/33")"},
      {"ip4:1.2.3.4/032",
       R"(12: ip4-cidr-length with a leading zero in "ip4:1.2.3.4/032")"},
      {"ip4:1.2.3.4/", R"(12: ip4-cidr-length without digits in )"
                       R"("ip4:1.2.3.4/")"},
      {"ip4:1.2.3.4//32",
       R"(12: ip4-cidr-length "/32" is no number in "ip4:1.2.3.4//32")"},
      {"ip4:1.2.3.0/255.255.255.0",
       R"(12: ip4-cidr-length "255.255.255.0" is no number in )"
       R"("ip4:1.2.3.0/255.255.255.0")"},
      {"ip4:1.2.3.0/24,ip4:1.2.4.0/24",
       R"(12: ip4-cidr-length "24,ip4:1.2.4.0/24" is no number in )"
       R"("ip4:1.2.3.0/24,ip4:1.2.4.0/24")"},
      // ip6
      {"-all ip6", R"(8: ip6 without a network in "ip6")"},
      {"ip6:", R"(4: "" is no IPv6 address in "ip6:")"},
      {"ip6::CAFE::BABE",
       R"(4: ":CAFE::BABE" is no IPv6 address in "ip6::CAFE::BABE")"},
      {"ip6:1.2.3.4", R"(4: "1.2.3.4" is no IPv6 address in "ip6:1.2.3.4")"},
      {"ip6:[2001:db8::1]",
       R"(4: "[2001:db8::1]" is no IPv6 address in "ip6:[2001:db8::1]")"},
      {"ip6:fe80::1%eth0",
       R"(4: "fe80::1%eth0" is no IPv6 address in "ip6:fe80::1%eth0")"},
      {"ip6:::1.1.1.1/129",
       R"(14: ip6-cidr-length over 128 in "ip6:::1.1.1.1/129")"},
      {"ip6:::1.1.1.1//33",
       R"(14: ip6-cidr-length "/33" is no number in "ip6:::1.1.1.1//33")"},
      {"ip6:2001:db8::/032",
       R"(15: ip6-cidr-length with a leading zero in "ip6:2001:db8::/032")"},
      // modifiers
      {"1up=foo", R"(0: modifier name "1up" begins with no letter in )"
                  R"("1up=foo")"},
      {"=all", R"(0: modifier name "" begins with no letter in "=all")"},
      {"-a=b", R"(0: modifier name "-a" begins with no letter in "-a=b")"},
      {"-all foo=%abc", R"(9: "%" without "{", "%", "_" or "-" behind it in )"
                        R"("foo=%abc")"},
      {"x=%{c}", R"(2: macro "%{c}" is for exp= texts only in "x=%{c}")"},
      {"exp= -all", R"(4: domain-spec is empty in "exp=")"},
      {"exp=-all", R"(4: domain-spec ends in neither .toplabel nor a macro )"
                   R"(in "exp=-all")"},
      {"-all exp=%{r}.example.com",
       R"(9: macro "%{r}" is for exp= texts only in "exp=%{r}.example.com")"},
      {"redirect=-all ?all",
       R"(9: domain-spec ends in neither .toplabel nor a macro )"
       R"(in "redirect=-all")"},
      {"?all redirect=", R"(14: domain-spec is empty in "redirect=")"},
      {"redirect=a.com/24", R"(11: "com/24" is no toplabel in )"
                            R"("redirect=a.com/24")"},
      {"exp=a.com -all exp=b.com", R"(15: a second exp= in "exp=b.com")"},
      {"redirect=a.com -all REDIRECT=a.com",
       R"(20: a second redirect= in "REDIRECT=a.com")"},
  }));
  CAPTURE(text);
  CHECK(first_error(text) == expected);
}

TEST_CASE("parse_record goes on behind a term in error",
          "[spf][record_parser]") {
  CHECK(canonical("a moo ip4:1.2.3.4/33 mx -all") ==
        R"(a <error: unknown mechanism "moo" in "moo"> )"
        R"(<error: ip4-cidr-length over 32 in "ip4:1.2.3.4/33"> mx -all)");
  CHECK(canonical("redirect= redirect=a.com redirect=b.com") ==
        R"(<error: domain-spec is empty in "redirect="> )"
        R"(<error: a second redirect= in "redirect=a.com"> )"
        R"(<error: a second redirect= in "redirect=b.com">)");
}

TEST_CASE("a directive carries its arguments", "[spf][record_parser]") {
  const auto mx = only_directive("~mx:Example.com/24//64");
  CHECK(mx.qualifier == spf::qualifier::softfail);
  CHECK(mx.mechanism == spf::mechanism::mx);
  REQUIRE(mx.target);
  CHECK(*mx.target == *spf::domain_spec::parse("Example.com"));
  CHECK(mx.ip4_cidr_length == 24);
  CHECK(mx.ip6_cidr_length == 64);

  const auto a = only_directive("?a");
  CHECK(a.qualifier == spf::qualifier::neutral);
  CHECK_FALSE(a.target);
  CHECK(a.ip4_cidr_length == 32);
  CHECK(a.ip6_cidr_length == 128);

  const auto ip4 = only_directive("-ip4:192.0.2.77/24");
  CHECK(ip4.qualifier == spf::qualifier::fail);
  CHECK(ip4.network == *net::ip_prefix::parse("192.0.2.0/24"));
  CHECK_FALSE(ip4.matches_nothing);

  const auto redirect = only_term("redirect=%{d1}");
  REQUIRE(std::holds_alternative<spf::redirect_modifier>(redirect.value));
  CHECK(std::get<spf::redirect_modifier>(redirect.value).target ==
        *spf::domain_spec::parse("%{d1}"));
  CHECK(std::holds_alternative<spf::ignored_modifier>(
      only_term("exp=a.com").value));
  CHECK(std::holds_alternative<spf::ignored_modifier>(only_term("x=").value));
}

TEST_CASE("an ip6 network is IPv6, or matches nothing where it is IPv4-mapped",
          "[spf][record_parser]") {
  struct mapping {
    std::string_view text;
    bool matches_nothing;
    std::string_view network;
  };
  const auto [text, matches_nothing, network] = GENERATE(values<mapping>({
      {"ip6:::FFFF:1.2.3.4", true, "::/128"},
      {"ip6:::ffff:1.2.3.4/128", true, "::/128"},
      {"ip6:::ffff:102:304/120", true, "::/128"},
      {"ip6:::ffff:0:0/97", true, "::/128"},
      {"ip6:::ffff:0:0/96", true, "::/128"},
      {"ip6:::ffff:1.2.3.4/95", false, "::fffe:0:0/95"},
      {"ip6:::fffe:1.2.3.4/95", false, "::fffe:0:0/95"},
      {"ip6:::ffff:1.2.3.4/81", false, "::8000:0:0/81"},
      {"ip6:::ffff:1.2.3.4/80", false, "::/80"},
      {"ip6:::ffff:1.2.3.4/1", false, "::/1"},
      {"ip6:::ffff:1.2.3.4/0", false, "::/0"},
      {"ip6:::fffe:1.2.3.4/96", false, "::fffe:0:0/96"},
      {"ip6:::1:ffff:0:0/96", false, "0:0:0:0:1:ffff::/96"},
      {"ip6:::1.2.3.4", false, "::1.2.3.4/128"},
      {"ip6:::", false, "::/128"},
  }));
  CAPTURE(text);
  const auto parsed = only_directive(text);
  CHECK(parsed.mechanism == spf::mechanism::ip6);
  CHECK(parsed.matches_nothing == matches_nothing);
  CHECK(parsed.network.family() == net::family::ipv6);
  CHECK(parsed.network == *net::ip_prefix::parse(network));
  CHECK(canonical(text).starts_with("ip6:::ffff:0:0/96") == matches_nothing);
}

TEST_CASE("a term's text is safe to print", "[spf][record_parser]") {
  CHECK(only_term("A:Example.COM").text == "A:Example.COM");
  CHECK(only_term("x=\\").text == R"(x=\x5c)");
  CHECK(only_term("\x1b[31m\xff").text == R"(\x1b[31m\xff)");
  const std::string name(600, 'x');
  CHECK(only_term(name).text == name.substr(0, 512) + "... (600 octets)");
  CHECK(std::get<failure>(only_term(name).value).message.size() < 200);
}

TEST_CASE("a term that names a domain is told whole", "[spf][record_parser]") {
  const std::string label(62, 'a');
  const std::string name =
      label + '.' + label + '.' + label + '.' + std::string(59, 'b') + ".ab.";
  REQUIRE(name.size() == 252);
  for (const std::string& term :
       {"redirect=" + name, "?exists:" + name, "~mx:" + name + "/24//112",
        "-include:" + name, "ptr:" + name})
    CHECK(only_term(term).text == term);
}

TEST_CASE("record::first_error is the first, or null", "[spf][record_parser]") {
  CHECK(parse_record("v=spf1 a x= -all").first_error() == nullptr);
  const auto parsed = parse_record("v=spf1 a b c -all");
  REQUIRE(parsed.first_error() != nullptr);
  CHECK(parsed.first_error() == std::get_if<failure>(&parsed.terms[1].value));
}

TEST_CASE("parse_record takes exactly what the ABNF does",
          "[spf][record_parser]") {
  const test::whole_match directive{test::spf_grammar::directive};
  const test::whole_match known{test::spf_grammar::known_modifier};
  const test::whole_match any{test::spf_grammar::any_modifier};
  constexpr std::array<std::string_view, 24> heads{
      "a",    "mx",     "A:",      "mx:",       "all",  "ptr",
      "ptr:", "ip4:",   "exists:", "include:",  "exp=", "redirect=",
      "x=",   "-a:",    "?ip4:1.", "~mx/",      "a/",   "ip4:1.2.3.4",
      "1x=",  "Exp.-=", "+a:b.c",  "a:b.c/24/", "%",    "include"};
  constexpr std::array<std::string_view, 26> pieces{
      ".",    "/",     "//",   "24",  "0", "1",   "64",  "129", "33",
      ".com", ".com.", "%{d}", "%{",  "}", "%%",  "%_",  "-",   "d2r",
      "1.2",  ".3.4",  ":",    "32/", "=", "a-b", "/32", "%{C}"};
  std::mt19937 random{7208};
  const auto pick = [&random](const auto& from) {
    return from[std::uniform_int_distribution<std::size_t>{0, from.size() -
                                                                  1}(random)];
  };
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text{pick(heads)};
    for (auto left = random() % 6; left > 0; --left)
      text += pick(pieces);
    const bool is_known =
        text.starts_with("exp=") || text.starts_with("redirect=");
    const bool expected =
        directive(text) || (is_known ? known(text) : any(text));
    taken += expected ? 1 : 0;
    if (valid(text) != expected)
      FAIL_CHECK("disagreement on " << text);
  }
  CHECK(taken > 2000);
  CHECK(taken < 18000);
}

TEST_CASE("any mutation of a record parses, and prints as it parses",
          "[spf][record_parser]") {
  constexpr std::array<std::string_view, 6> seeds{
      "v=spf1 +mx a:colo.example.com/28 -all",
      "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::ffff:1.2.3.4 ~all",
      "v=spf1 include:%{ir}.%{v}._spf.%{d2} exists:%{l1r-}.a%-b%%c.org ?all",
      "v=spf1 a/24//64 mx:x.y/8 ptr:z.org. redirect=_spf.example.com",
      "v=spf1 exp=explain._spf.%{d} unknown=a=%_b default=\\ -all",
      "V=SPF1  A  -PTR  MX//0  REDIRECT=%{O}.X "};
  constexpr std::string_view octets =
      " %{}/:=.-+~?_,0123456789adeimnopstxADR\\\"\t\x01\x7f\x80\xff";
  std::mt19937 random{1035};
  const auto below = [&random](std::size_t n) { return random() % n; };
  int stable = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text{seeds[below(seeds.size())]};
    for (auto changes = below(4); changes > 0; --changes) {
      const std::size_t at = 6 + below(text.size() - 5);
      const char c = octets[below(octets.size())];
      switch (below(3)) {
      case 0: text.insert(at, 1, c); break;
      case 1: text.erase(at, 1 + below(4)); break;
      default: text.replace(at, at < text.size() ? 1 : 0, 1, c);
      }
    }
    if (!spf::is_spf_record(text))
      continue;
    const auto parsed = parse_record(text);
    const std::string printed = to_string(parsed);
    const bool safe = std::all_of(printed.begin(), printed.end(),
                                  [](char c) { return c >= ' ' && c <= '~'; });
    if (!safe)
      FAIL_CHECK("unsafe: " << text);
    if (parsed.first_error() != nullptr) {
      const std::size_t offset = parsed.first_error()->offset;
      if (offset < 7 || offset > text.size())
        FAIL_CHECK("offset " << offset << " in " << text);
      continue;
    }
    ++stable;
    const auto again = parse_record(printed);
    if (to_string(again) != printed ||
        again.terms.size() != parsed.terms.size())
      FAIL_CHECK("unstable: " << text);
  }
  CHECK(stable > 2000);
}

TEST_CASE(
    "parse_record: of modifiers that mean nothing, and of terms in error, a "
    "hundred are kept",
    "[spf][record_parser]") {
  std::string text = "v=spf1";
  for (unsigned i = 0; i < 1000; ++i)
    text += " x= ip4:x ip6:::";
  const auto parsed = spf::parse_record(text + " redirect=a.test");
  CHECK(parsed.terms.size() == 100 + 100 + 1000 + 1);
  CHECK(parsed.first_error() != nullptr);
  CHECK(std::holds_alternative<spf::redirect_modifier>(
      parsed.terms.back().value));
  CHECK(parsed.terms.back().offset == text.size() + 1);

  // A second redirect= is an error however many went before it.
  const auto twice =
      spf::parse_record("v=spf1 redirect=a.test redirect=b.test");
  CHECK(twice.first_error() != nullptr);
}

} // namespace record_parser_test
