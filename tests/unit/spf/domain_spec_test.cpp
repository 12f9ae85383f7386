// Tests also: macro.
#include "core/spf/domain_spec.hpp"
#include "core/spf/macro.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/spf_grammar.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace domain_spec_test {

using namespace spfblock;
using spf::domain_spec;
using spf::macro;
using spf::macro_values;

namespace {

dns::name name(std::string_view text) {
  auto parsed = dns::name::from_text(text);
  REQUIRE(parsed);
  return *parsed;
}

macro_values usual_values(net::family family = net::family::ipv4) {
  return {name("Mail-1.Out.Example.COM"), name("listed.example.org"), family};
}

/// "lit[foo.] d[keep=2 reverse delimiters=-]"
std::string structure(const domain_spec& spec) {
  std::string out;
  for (const auto& part : spec.parts()) {
    if (!out.empty())
      out += ' ';
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += "lit[" + *literal + "]";
      continue;
    }
    const auto& m = std::get<macro>(part);
    out += fmt::format("{}[{}{}{}{}]", m.letter,
                       m.keep == 0 ? "" : fmt::format("keep{}", m.keep),
                       m.reverse ? "reverse" : "", m.url_escape ? "url" : "",
                       m.delimiters);
  }
  return out;
}

std::string structure_or_error(const result<domain_spec>& spec) {
  if (spec)
    return structure(*spec);
  CHECK(spec.error().code == errc::malformed);
  return fmt::format("{}: {}", spec.error().offset, spec.error().message);
}

std::string expanded(std::string_view text, const macro_values& with) {
  const auto spec = domain_spec::parse(text);
  REQUIRE(spec);
  const auto expanded = spec->expand(with);
  if (!expanded)
    return "<" + expanded.error().message + ">";
  return expanded->to_string();
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += text;
  return out;
}

/// Every text of up to `longest` pieces.
std::vector<std::string>
all_texts(const std::vector<std::string_view>& alphabet, std::size_t longest) {
  std::vector<std::string> texts{""};
  std::size_t begin = 0;
  for (std::size_t length = 1; length <= longest; ++length) {
    const std::size_t end = texts.size();
    for (; begin < end; ++begin)
      for (const auto piece : alphabet)
        texts.push_back(texts[begin] + std::string{piece});
  }
  return texts;
}

struct row {
  std::string_view text;
  std::string_view expected;
};

} // namespace

TEST_CASE("domain_spec::parse reads literals, escapes and macros",
          "[spf][domain_spec]") {
  const auto [text, expected] = GENERATE(values<row>({
      {"mail.example.com", "lit[mail.example.com]"},
      {"mail.example.com.", "lit[mail.example.com.]"},
      {"Mail.Example.COM", "lit[Mail.Example.COM]"},
      {"foo:bar/baz.example.com", "lit[foo:bar/baz.example.com]"},
      {R"(!"#$&'()*,;<>?@[\]^`{|}~.com)",
       R"(lit[!"#$&'()*,;<>?@[\]^`{|}~.com])"},
      // RFC 7208 §7.1 leaves empty labels to the DNS.
      {"mail.example...com", "lit[mail.example...com]"},
      {".com", "lit[.com]"},
      {"foo.example.xn--zckzah", "lit[foo.example.xn--zckzah]"},
      {"a.1-2", "lit[a.1-2]"},
      {"a.1b2", "lit[a.1b2]"},
      {"a.b", "lit[a.b]"},
      {"_spf.-a-.net", "lit[_spf.-a-.net]"},
      {"%{d}", "d[]"},
      {"%{D}", "d[url]"},
      {"%{d2}", "d[keep2]"},
      {"%{d02}", "d[keep2]"},
      {"%{d127}", "d[keep127]"},
      {"%{d4294967295}", "d[keep4294967295]"},
      {"%{d4294967296}", "d[keep4294967295]"},
      {"%{d99999999999999999999999}", "d[keep4294967295]"},
      {"%{dr}", "d[reverse]"},
      {"%{dR}", "d[reverse]"},
      {"%{D2R}", "d[keep2reverseurl]"},
      {"%{d.-+,/_=}", "d[.-+,/_=]"},
      {"%{l1r-}", "l[keep1reverse-]"},
      {"%{s}%{l}%{o}%{d}%{i}%{p}%{h}%{v}", "s[] l[] o[] d[] i[] p[] h[] v[]"},
      {"%{S}%{L}%{O}%{D}%{I}%{P}%{H}%{V}",
       "s[url] l[url] o[url] d[url] i[url] p[url] h[url] v[url]"},
      {"%{d}.d.spf.example.com.", "d[] lit[.d.spf.example.com.]"},
      {"foobar.%{o}.%{o}.example.com",
       "lit[foobar.] o[] lit[.] o[] lit[.example.com]"},
      {"%{l2r+-}.user.%{d2}", "l[keep2reverse+-] lit[.user.] d[keep2]"},
      {"%{i}.%{l2r-}.user.%{d2}",
       "i[] lit[.] l[keep2reverse-] lit[.user.] d[keep2]"},
      {"macro%%percent%_%_space%-url-space.example.com",
       "lit[macro%percent  space%20url-space.example.com]"},
      {"foo%%", "lit[foo%]"},
      {"foo%_", "lit[foo ]"},
      {"foo%-", "lit[foo%20]"},
      {"%%%{d}%%", "lit[%] d[] lit[%]"},
      {"%{d}}.com", "d[] lit[}.com]"},
  }));
  CAPTURE(text);
  CHECK(structure_or_error(domain_spec::parse(text)) == expected);
}

TEST_CASE("domain_spec::parse says what is wrong, and where",
          "[spf][domain_spec]") {
  using namespace std::string_view_literals;
  const auto [text, expected] = GENERATE(values<row>({
      {"", "0: domain-spec is empty"},
      {"museum", "0: domain-spec ends in neither .toplabel nor a macro"},
      {"museum.", "0: domain-spec ends in neither .toplabel nor a macro"},
      {"foo-bar", "0: domain-spec ends in neither .toplabel nor a macro"},
      {"-all", "0: domain-spec ends in neither .toplabel nor a macro"},
      {"%{d}com", "4: domain-spec ends in neither .toplabel nor a macro"},
      {"%{d}.", "4: domain-spec ends in neither .toplabel nor a macro"},
      {"a.%%b", "4: domain-spec ends in neither .toplabel nor a macro"},
      {"foo..", "4: last label of the domain-spec is empty"},
      {".", "0: domain-spec ends in neither .toplabel nor a macro"},
      {"..", "1: last label of the domain-spec is empty"},
      {"abc.123",
       "4: toplabel \"123\" of digits only (an address belongs in ip4)"},
      {"111.222.33.44",
       "11: toplabel \"44\" of digits only (an address belongs in ip4)"},
      {"example.-com", "8: \"-com\" is no toplabel"},
      {"example.com-", "8: \"com-\" is no toplabel"},
      {"example.-", "8: \"-\" is no toplabel"},
      {"example.com:8080", "8: \"com:8080\" is no toplabel"},
      {"ip5.example.com/24", "12: \"com/24\" is no toplabel"},
      {"example.c_m", "8: \"c_m\" is no toplabel"},
      {"example.c\"m", "8: \"c\\x22m\" is no toplabel"},
      {"%(ir).sbl.example.com",
       R"(0: "%" without "{", "%", "_" or "-" behind it)"},
      {"foo%(ir).sbl.example.com",
       R"(3: "%" without "{", "%", "_" or "-" behind it)"},
      {"foo%.sbl.example.com",
       R"(3: "%" without "{", "%", "_" or "-" behind it)"},
      {"foo.com%", R"(7: "%" without "{", "%", "_" or "-" behind it)"},
      {"%{d", R"(0: macro without "}")"},
      {"a.%{", R"(2: macro without "}")"},
      {"%{}.com", "0: macro without a letter"},
      {"%{a}.example.com", "0: unknown macro \"%{a}\""},
      {"b.%{2}.com", "2: unknown macro \"%{2}\""},
      {"%{ d}.com", "0: unknown macro \"%{ d}\""},
      {"%{r}.example.com", "0: macro \"%{r}\" is for exp= texts only"},
      {"a.%{c}.example.com", "2: macro \"%{c}\" is for exp= texts only"},
      {"%{T}", "0: macro \"%{T}\" is for exp= texts only"},
      {"%{d0}", "0: macro \"%{d0}\" keeps 0 parts"},
      {"x%{d00r}", "1: macro \"%{d00r}\" keeps 0 parts"},
      {"%{dr2}", "0: \"2\" is no delimiter in macro \"%{dr2}\""},
      {"%{drr}", "0: \"r\" is no delimiter in macro \"%{drr}\""},
      {"%{d-r}", "0: \"r\" is no delimiter in macro \"%{d-r}\""},
      {"%{ir:}", "0: \":\" is no delimiter in macro \"%{ir:}\""},
      {"%{d.}%{%{d}", "5: unknown macro \"%{%{d}\""},
      {"foo bar.com", "3: forbidden octet 0x20"},
      {"foo\tbar.com", "3: forbidden octet 0x09"},
      {"foo.com\x7f", "7: forbidden octet 0x7f"},
      {"\xef\xbb\xbfgarbage.example.net", "0: forbidden octet 0xef"},
      {"foo.example.com\0"sv, "15: forbidden octet 0x00"},
      {"%{d\xff}", R"(0: "\xff" is no delimiter in macro "%{d\xff}")"},
  }));
  CAPTURE(text);
  CHECK(structure_or_error(domain_spec::parse(text)) == expected);
}

TEST_CASE("domain_spec::parse_macro_string has no rule for the end",
          "[spf][domain_spec]") {
  const auto [text, expected] = GENERATE(values<row>({
      {"", ""},
      {"pass", "lit[pass]"},
      {"+", "lit[+]"},
      {"1.2.3.4", "lit[1.2.3.4]"},
      {"man:dog/cat", "lit[man:dog/cat]"},
      {"%{d}.", "d[] lit[.]"},
      {"%abc", R"(0: "%" without "{", "%", "_" or "-" behind it)"},
      {"x%{c}", R"(1: macro "%{c}" is for exp= texts only)"},
      {"x y", "1: forbidden octet 0x20"},
  }));
  CAPTURE(text);
  CHECK(structure_or_error(domain_spec::parse_macro_string(text)) == expected);
}

TEST_CASE("domain_spec::parse takes exactly what the ABNF does",
          "[spf][domain_spec]") {
  const test::whole_match spec{test::spf_grammar::domain_spec};
  const test::whole_match macro_string{test::spf_grammar::macro_string};
  const auto alphabet = GENERATE(
      std::vector<std::string_view>{"d", "1", ".", "-", "/", "%", "{", "}"},
      std::vector<std::string_view>{"%{d", "}", "0", "2", "R", "+", ".x", "c"});
  std::size_t taken = 0;
  for (const std::string& text : all_texts(alphabet, 5)) {
    const auto parsed = domain_spec::parse(text);
    const bool valid = spec(text);
    const bool valid_string = macro_string(text);
    taken += valid ? 1U : 0U;
    if (parsed.has_value() == valid &&
        domain_spec::parse_macro_string(text).has_value() == valid_string)
      continue;
    FAIL_CHECK("disagreement on " << text);
  }
  CHECK(taken > 100);
}

TEST_CASE("domain_spec::to_string parses to an equal value",
          "[spf][domain_spec]") {
  const auto [text, expected] = GENERATE(values<row>({
      {"Mail.Example.com.", "Mail.Example.com."},
      {"%{D002R.-}", "%{D2r.-}"},
      {"%{d99999999999}", "%{d4294967295}"},
      {"a%%b%_c%-", "a%%b%_c%-"},
      {"a%%20.com", "a%-.com"},
      {"a%%2%%.com", "a%%2%%.com"},
  }));
  CAPTURE(text);
  const auto parsed = domain_spec::parse(text);
  REQUIRE(parsed);
  CHECK(parsed->to_string() == expected);
  const auto again = domain_spec::parse(parsed->to_string());
  REQUIRE(again);
  CHECK(*again == *parsed);
}

TEST_CASE("domain_spec names the first macro that no list can hold",
          "[spf][domain_spec]") {
  const auto [text, expected] = GENERATE(values<row>({
      {"mail.example.com", ""},
      {"%{d}.%{o}.%{v}", ""},
      {"%{D}.%{O}.%{V}", ""},
      {"%{d}.%{ir}.%{v}.example.com", "%{ir}"},
      {"%{s}", "%{s}"},
      {"%{L2r-}.%{s}", "%{L2r-}"},
      {"%{p}.example.com", "%{p}"},
      {"%{h}", "%{h}"},
  }));
  CAPTURE(text);
  const auto parsed = domain_spec::parse(text);
  REQUIRE(parsed);
  CHECK(parsed->unlistable_macro().value_or("") == expected);
}

TEST_CASE("domain_spec depends on the family when %{v} stands in it",
          "[spf][domain_spec]") {
  CHECK(domain_spec::parse("%{d}.%{v}")->has_macro("v"));
  CHECK(domain_spec::parse("%{V1r}.example.com")->has_macro("v"));
  CHECK_FALSE(domain_spec::parse("%{d}.v.%%{v}.com")->has_macro("v"));
  CHECK_FALSE(domain_spec{}.has_macro("v"));
}

TEST_CASE("domain_spec::expand puts values in and transforms them",
          "[spf][domain_spec]") {
  const auto [text, expected] = GENERATE(values<row>({
      {"Host.Example.NET.", "host.example.net"},
      {"%{d}", "mail-1.out.example.com"},
      {"%{o}", "listed.example.org"},
      {"%{v}.arpa", "in-addr.arpa"},
      {"x.%{d1}", "x.com"},
      {"%{d2}", "example.com"},
      {"%{d3}", "out.example.com"},
      {"%{d4}", "mail-1.out.example.com"},
      {"%{d5}", "mail-1.out.example.com"},
      {"%{d4294967295}", "mail-1.out.example.com"},
      {"%{dr}", "com.example.out.mail-1"},
      {"%{d1r}.net", "mail-1.net"},
      {"%{d2r}", "out.mail-1"},
      {"%{d-}", "mail.1.out.example.com"},
      {"%{d1-}", "1.out.example.com"},
      {"%{dr-}", "1.out.example.com.mail"},
      {"%{d2r-.}", "1.mail"},
      {"%{d=}", "mail-1.out.example.com"},
      {"%{v1-}.net", "addr.net"},
      {"%{vr-}.net", "addr.in.net"},
      {"%{D}", "mail-1.out.example.com"},
      {"%{d}.d.spf.example.com.", "mail-1.out.example.com.d.spf.example.com"},
      {"a%%b.%{o1}", "a%b.org"},
      {"a%-b.com", "a%20b.com"},
      {"a/b:c.com", "a/b:c.com"},
  }));
  CAPTURE(text);
  CHECK(expanded(text, usual_values()) == expected);
}

TEST_CASE("domain_spec::expand writes %{v} by family", "[spf][domain_spec]") {
  CHECK(expanded("%{d1}.%{v}", usual_values(net::family::ipv4)) ==
        "com.in-addr");
  CHECK(expanded("%{d1}.%{v}", usual_values(net::family::ipv6)) == "com.ip6");
}

TEST_CASE("domain_spec::expand follows the examples of RFC 7208 §7.4",
          "[spf][domain_spec]") {
  const macro_values with{name("email.example.com"), name("email.example.com"),
                          net::family::ipv4};
  const auto [text, expected] = GENERATE(values<row>({
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{v}._spf.%{d2}", "in-addr._spf.example.com"},
      {"%{d2}.trusted-domains.example.net",
       "example.com.trusted-domains.example.net"},
  }));
  CAPTURE(text);
  CHECK(expanded(text, with) == expected);
}

TEST_CASE("macro::expand escapes all but unreserved characters in upper case",
          "[spf][domain_spec]") {
  const macro_values with{name("~a_b-9.c=d&e%\x80\\.com"), name("x.y"),
                          net::family::ipv4};
  const auto lower = macro::parse("%{d}");
  const auto upper = macro::parse("%{D}");
  REQUIRE(lower);
  REQUIRE(upper);
  // Literally, although name::to_string() escapes the last two.
  CHECK(lower->expand(with) == "~a_b-9.c=d&e%\x80\\.com");
  CHECK(upper->expand(with) == "~a_b-9.c%3Dd%26e%25%80%5C.com");
}

TEST_CASE("domain_spec::expand cuts labels from the left over 253 octets",
          "[spf][domain_spec]") {
  const macro_values with = usual_values();
  const std::string tail = repeated("123456789.", 24) + "1234567.org";
  REQUIRE(tail.size() == 251);
  SECTION("253 octets stay") {
    CHECK(expanded("a." + tail, with) == "a." + tail);
  }
  SECTION("a final dot does not count") {
    CHECK(expanded("a." + tail + ".", with) == "a." + tail);
  }
  SECTION("254 octets lose a label") {
    CHECK(expanded("ab." + tail, with) == tail);
  }
  SECTION("as many labels go as need be") {
    CHECK(expanded("x.yz.a.b." + tail, with) == "b." + tail);
  }
  SECTION("a label that ends at the limit goes whole") {
    const std::string exact = "a." + tail;
    CHECK(expanded("b." + exact, with) == exact);
    CHECK(expanded("b" + exact, with) == tail);
  }
  SECTION("a label too long for a name goes as well") {
    CHECK(expanded(std::string(300, 'a') + ".com.%%", with) == "com.%");
  }
  SECTION("what a macro put in is cut as well") {
    const macro_values somewhat{name("somewhat.long.exp.example.com"),
                                name("somewhat.long.exp.example.com"),
                                net::family::ipv4};
    CHECK(
        expanded("foobar." + repeated("%{o}.", 9) + "example.com", somewhat) ==
        repeated("somewhat.long.exp.example.com.", 8) + "example.com");
  }
}

TEST_CASE("domain_spec::expand refuses what is no name", "[spf][domain_spec]") {
  const auto text = GENERATE(values<std::string>({
      "mail.example...com",
      ".com",
      std::string(64, 'a') + ".com",
      std::string(300, 'a') + "%%",
  }));
  CAPTURE(text);
  const auto spec = domain_spec::parse(text);
  REQUIRE(spec);
  const auto name = spec->expand(usual_values());
  REQUIRE_FALSE(name);
  CHECK(name.error().code == errc::malformed);
}

TEST_CASE("domain_spec::expand reads the root as an empty value",
          "[spf][domain_spec]") {
  const macro_values root{dns::name{}, dns::name{}, net::family::ipv4};
  CHECK(expanded("a%{d}.com", root) == "a.com");
  CHECK_FALSE(domain_spec::parse("%{d}")->expand(root));
}

} // namespace domain_spec_test
