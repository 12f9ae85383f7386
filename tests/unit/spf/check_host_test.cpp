// Tests also: client_name, envelope, mail_check, mail_check_terms.
#include "core/spf/check_host.hpp"
#include "core/spf/check_host_text.hpp"
#include "core/spf/client_name.hpp"
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/check_host.hpp"
#include "tests/support/random_zone.hpp"

#include <string>
#include <vector>

namespace check_host_test {

using namespace spfblock;
using namespace spfblock::testing;
using spf::envelope;
using spf::host_result;

namespace {

net::ip_address address(std::string_view text) {
  return *net::ip_address::parse(text);
}

envelope mail(std::string_view client, std::string_view sender,
              std::string_view helo = "mail.h.test") {
  auto made = envelope::of(address(client), sender, helo);
  REQUIRE(made);
  return *std::move(made);
}

std::string result_of(const envelope& of, zone_answers& zone,
                      const spf::rules& by = {}) {
  return std::string{text_of(check_host(of, zone, by).result)};
}

constexpr const char* arpa4 = "1.2.0.192.in-addr.arpa PTR ";

} // namespace

TEST_CASE("envelope::of: the sender, or postmaster at HELO",
          "[spf][check_host]") {
  struct row {
    const char* sender;
    const char* helo;
    const char* local_part;
    const char* domain;
  };
  const auto [sender, helo, local_part, domain] = GENERATE(values<row>({
      {"a@L.test", "h.test", "a", "l.test"},
      {"a@b@l.test", "h.test", "a@b", "l.test"},
      {"@l.test", "h.test", "postmaster", "l.test"},
      {"l.test", "h.test", "postmaster", "l.test"},
      {"", "H.test", "postmaster", "h.test"},
  }));
  CAPTURE(sender, helo);
  const envelope made = mail("192.0.2.1", sender, helo);
  CHECK(made.local_part == local_part);
  CHECK(made.domain.to_string() == domain);
  CHECK(made.helo == helo);
}

TEST_CASE("envelope::of: U-labels are A-labels, in the sender and in HELO",
          "[spf][check_host]") {
  const envelope made =
      mail("192.0.2.1", "\u00fc@M\u00fcller.test", "mail.m\u00fcller.test");
  CHECK(made.local_part == "\u00fc");
  CHECK(made.domain.to_string() == "xn--mller-kva.test");
  CHECK(made.helo == "mail.xn--mller-kva.test");
  CHECK(mail("192.0.2.1", "", "m\u00fcller.test").domain == made.domain);
  CHECK(mail("192.0.2.1", "a@l.test", "\xff").helo == "\xff");
  for (const std::string sender :
       {"a@\u2603.test", "a@m\xfcller.test", "a@\u00fc"})
    CHECK_FALSE(envelope::of(address("192.0.2.1"), sender, "h.test"));
}

TEST_CASE("envelope::of: a domain that is no name of two labels is none",
          "[spf][check_host]") {
  for (const std::string sender :
       {"a@localhost", "a@l..test", "a@", "a@.", "", "."}) {
    CAPTURE(sender);
    CHECK_FALSE(envelope::of(address("192.0.2.1"), sender, "localhost"));
  }
  CHECK_FALSE(envelope::of(address("192.0.2.1"),
                           "a@" + std::string(64, 'x') + ".test", "h.test"));
}

TEST_CASE("check_host: what depends on the mail is looked at",
          "[spf][check_host]") {
  struct row {
    const char* claim;
    std::string zone;
    envelope of;
    const char* result;
  };
  const std::vector<row> rows{
      {"exists asks for A, be the client IPv6",
       "l.test v=spf1 exists:%{i}.x.test -all\n"
       "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.x.test "
       "A 127.0.0.2",
       mail("2001:db8::1", "a@l.test"), "pass"},
      {"exists of a name with AAAA only matches nobody",
       "l.test v=spf1 exists:x.test -all\nx.test AAAA 2001:db8::1",
       mail("2001:db8::1", "a@l.test"), "fail"},
      {"exists: a failing question is a temperror",
       "l.test v=spf1 exists:x.test -all\nfail x.test A",
       mail("192.0.2.1", "a@l.test"), "temperror"},
      {"%{s} %{l} %{o} %{d} %{h} %{v} and the transformers",
       "l.test v=spf1 exists:%{l2r-}.%{o}.%{h1}.%{v}.x.test -all\n"
       "b.a.l.test.test.in-addr.x.test A 127.0.0.2",
       mail("192.0.2.1", "a-b@l.test"), "pass"},
      {"the case of a local part is kept in an escape",
       "l.test v=spf1 exists:%{S}.x.test -all\n"
       "%41%2b%62%40l.test.x.test A 127.0.0.2",
       mail("192.0.2.1", "A+b@l.test"), "fail"},
      {"a sender's domain and HELO in Unicode are in macros as in the DNS",
       "xn--mller-kva.test v=spf1 exists:%{o}.%{h}.x.test -all\n"
       "xn--mller-kva.test.m.xn--mller-kva.test.x.test A 127.0.0.2",
       mail("192.0.2.1", "\u00fc@m\u00fcller.test", "m.m\u00fcller.test"),
       "pass"},
      {"no term by a local part that is not ASCII matches (RFC 8616 4)",
       "l.test v=spf1 exists:%{l}.x.test a:%{S}.x.test include:%{l}.x.test "
       "?exists:%{d}.x.test redirect=%{l}.x.test\nl.test.x.test A 127.0.0.2",
       mail("192.0.2.1", "\u00fc@l.test"), "neutral"},
      {"a redirect by it is one to no record",
       "l.test v=spf1 redirect=%{l}.x.test", mail("192.0.2.1", "\u00fc@l.test"),
       "permerror"},
      {"HELO that is no name is a name that does not exist",
       "l.test v=spf1 a:%{h} -all", mail("192.0.2.1", "a@l.test", "a..b"),
       "fail"},
      {"an include by a macro",
       "l.test v=spf1 include:%{ir}.x.test -all\n"
       "1.2.0.192.x.test v=spf1 +all",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"an include of nothing by a macro is a permerror",
       "l.test v=spf1 include:%{ir}.x.test -all", mail("192.0.2.9", "a@l.test"),
       "permerror"},
      {"a redirect by a macro",
       "l.test v=spf1 redirect=%{l}.x.test\nbob.x.test v=spf1 ip4:192.0.2.1",
       mail("192.0.2.1", "bob@l.test"), "pass"},
      {"ptr: a name at the domain",
       std::string{"l.test v=spf1 ptr -all\nl.test A 192.0.2.1\n"} + arpa4 +
           "l.test.",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"ptr: a name below it, in any case",
       std::string{"l.test v=spf1 ptr:X.test -all\nm.x.test A 192.0.2.1\n"} +
           arpa4 + "M.x.TEST.",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"ptr: a name that only ends alike",
       std::string{"l.test v=spf1 ptr:x.test -all\nmx.test A 192.0.2.1\n"} +
           arpa4 + "mx.test.",
       mail("192.0.2.1", "a@l.test"), "fail"},
      {"ptr: a name that is not the client's",
       std::string{"l.test v=spf1 ptr -all\nl.test A 192.0.2.2\n"} + arpa4 +
           "l.test.",
       mail("192.0.2.1", "a@l.test"), "fail"},
      {"ptr: a question that fails matches nobody",
       "l.test v=spf1 ptr -all\nfail 1.2.0.192.in-addr.arpa AAAA",
       mail("192.0.2.1", "a@l.test"), "fail"},
      {"ptr: the name of a client over IPv6",
       "l.test v=spf1 ptr -all\nl.test AAAA 2001:db8::1\n"
       "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
       "ip6.arpa PTR l.test.",
       mail("2001:db8::1", "a@l.test"), "pass"},
      {"%{p} is the client's name, the domain's own first",
       std::string{"l.test v=spf1 exists:%{p}.x.test -all\n"
                   "m.l.test A 192.0.2.1\no.test A 192.0.2.1\n"
                   "m.l.test.x.test A 127.0.0.2\n"} +
           arpa4 + "o.test.\n" + arpa4 + "m.l.test.",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"%{p} is unknown without a confirmed name",
       "l.test v=spf1 exists:%{p}.x.test -all\nunknown.x.test A 127.0.0.2",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"PTR, the host of a name and exists: the third void lookup",
       std::string{"l.test v=spf1 ptr exists:%{i}.y.test exists:z.test\n"
                   "z.test A 127.0.0.2"},
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"one more is too many",
       "l.test v=spf1 ptr exists:a.y.test exists:b.y.test +all",
       mail("192.0.2.1", "a@l.test"), "permerror"},
      {"exp= must parse", "l.test v=spf1 ip4:192.0.2.1 exp=%{x}.test",
       mail("192.0.2.1", "a@l.test"), "permerror"},
      {"and is not asked for",
       "l.test v=spf1 ip4:192.0.2.1 exp=e.test\nfail e.test TXT",
       mail("192.0.2.1", "a@l.test"), "pass"},
      {"no record is none", "m.test A 192.0.2.1", mail("192.0.2.1", "a@m.test"),
       "none"},
  };
  for (const row& each : rows) {
    CAPTURE(each.claim, each.zone);
    zone_answers zone{each.zone};
    CHECK(result_of(each.of, zone) == each.result);
  }
}

TEST_CASE("check_host: ten names of a client are looked at, of thousands",
          "[spf][check_host]") {
  zone_answers zone{"l.test v=spf1 ptr:x.test -all"};
  dns::answer flood;
  flood.status = dns::answer_status::records;
  for (unsigned i = 0; i < 4000; ++i)
    flood.hosts.push_back(name_of("h" + std::to_string(i) + ".x.test"));
  zone.put({name_of("1.2.0.192.in-addr.arpa"), dns::rr_type::ptr}, flood);
  dns::answer own;
  own.status = dns::answer_status::records;
  own.addresses = {address("192.0.2.1")};
  const auto host = GENERATE(9, 10);
  for (unsigned i = 0; i < 10; ++i) {
    dns::answer other = own;
    other.addresses = {address("192.0.2.2")};
    zone.put({name_of("h" + std::to_string(i) + ".x.test"), dns::rr_type::a},
             other);
  }
  zone.put({name_of("h" + std::to_string(host) + ".x.test"), dns::rr_type::a},
           own);
  const auto made = check_host(mail("192.0.2.1", "a@l.test"), zone);
  CHECK(made.result == (host == 9 ? host_result::pass : host_result::fail));
  CHECK(made.questions == 12);
}

TEST_CASE("check_host: any local part and HELO make a name of 253 octets, or "
          "none",
          "[spf][check_host]") {
  zone_answers zone{"l.test v=spf1 exists:%{l}.%{h}.x.test exists:%{s}.y.test "
                    "+all"};
  for (const std::string part : {"a.", "a", "\xff\x01", "..", "@"}) {
    std::string text;
    while (text.size() < 9'000)
      text += part;
    envelope of{address("192.0.2.1"), text, name_of("l.test"), text};
    const auto made = check_host(of, zone);
    CHECK(made.result == host_result::pass);
    CHECK(made.steps.size() < 10);
  }
}

TEST_CASE("check_host: the rules of a listing hold", "[spf][check_host]") {
  zone_answers zone{"l.test v=spf1 ip4:192.0.0.0/8 include:p.test "
                    "exists:%{i}.x.test\np.test v=spf1 +all"};
  spf::rules by;
  const envelope of = mail("192.0.2.1", "a@l.test");
  CHECK(result_of(of, zone, by) == "pass");
  by.widest_ipv4 = 16;
  CHECK(result_of(of, zone, by) == "neutral");
  by.widest_ipv4 = std::nullopt;
  CHECK(result_of(mail("198.51.100.1", "a@l.test"), zone, by) == "pass");
  by.providers = std::make_shared<const std::vector<dns::name>>(
      std::vector{name_of("p.test")});
  CHECK(result_of(mail("198.51.100.1", "a@l.test"), zone, by) == "neutral");
  by.dns_queries = 2;
  CHECK(result_of(mail("198.51.100.1", "a@l.test"), zone, by) == "neutral");
  by.dns_queries = 1;
  CHECK(result_of(mail("198.51.100.1", "a@l.test"), zone, by) == "permerror");
}

TEST_CASE("check_host: the steps say which term decided", "[spf][check_host]") {
  zone_answers zone{"l.test v=spf1 ip4:10.0.0.0/8 include:i.test -all\n"
                    "i.test v=spf1 exists:%{i}.x.test\n"
                    "192.0.2.1.x.test A 127.0.0.2"};
  const envelope of = mail("192.0.2.1", "a@l.test");
  const auto made = check_host(of, zone);
  CHECK(to_text(made, of) ==
        "l.test: v=spf1 ip4:10.0.0.0/8 include:i.test -all\n"
        "  i.test: v=spf1 exists:%{i}.x.test\n"
        "  exists:%{i}.x.test is 192.0.2.1.x.test: yes\n"
        "include:i.test: yes\n"
        "pass: 192.0.2.1 from a@l.test, HELO mail.h.test\n"
        "  l.test -> include:i.test -> exists:%{i}.x.test\n");
}

TEST_CASE("check_host: the steps tell a record whole, but for an endless one",
          "[spf][check_host]") {
  std::string record = "v=spf1";
  for (int i = 0; i < 40; ++i)
    record += " ip4:10.0.0." + std::to_string(i);
  const envelope of = mail("192.0.2.1", "a@l.test");
  const auto steps_of = [&](const std::string& terms) {
    zone_answers zone{"l.test " + terms};
    return check_host(of, zone).steps;
  };
  CHECK(steps_of(record).front().text == "l.test: " + record);
  record.append(5000, ' ') += "-all";
  CHECK(steps_of(record).front().text ==
        "l.test: " + record.substr(0, 4096) + "... (" +
            std::to_string(record.size()) + " octets)");
}

TEST_CASE("check_host: equals evaluate() where no term depends on the mail",
          "[spf][check_host]") {
  // evaluation_twin_test compares them under terms_of_mail::passed_over.
  for (unsigned seed = 1; seed < 20; ++seed) {
    zone_answers zone{zone_writer{seed}.write()};
    for (const std::string& domain : zone_writer::domains()) {
      const spf::expansion all = expand(domain, zone).result;
      const bool depends = std::any_of(
          all.terms.begin(), all.terms.end(), [](const spf::term_visit& each) {
            return std::any_of(each.remarks.begin(), each.remarks.end(),
                               [](const auto& text) {
                                 return text.starts_with("not listable");
                               });
          });
      if (depends)
        continue;
      for (std::uint32_t i = 0; i < 32; ++i) {
        const auto client = net::ip_address::ipv4(0x0a000000 + i);
        const auto made =
            check_host({client, "bob", name_of(domain), "h.test"}, zone);
        CAPTURE(seed, domain, client.to_string());
        CHECK((made.result == host_result::pass) == all.pass.contains(client));
      }
    }
  }
}

TEST_CASE("check_host: what one mail may cost is bounded, where errors are "
          "passed over, too",
          "[spf][check_host]") {
  std::string terms;
  for (unsigned i = 0; i < 30'000; ++i)
    terms += " a";
  std::string includes;
  std::string description = "l.test A 10.0.0.1\n";
  for (unsigned i = 0; i < 20; ++i) {
    const std::string name = "i" + std::to_string(i) + ".test";
    includes += " include:" + name;
    description += name + " v=spf1" + terms + '\n';
    description += name + " A 10.0.0.1\n";
  }
  description += "l.test v=spf1" + includes + " ip4:192.0.2.1\n";
  zone_answers zone{description};
  spf::rules by;
  by.on_permerror = spf::on_permerror::skip;
  const auto made = check_host(mail("192.0.2.1", "a@l.test"), zone, by);
  CHECK(made.steps.size() > 30'000);
  CHECK(made.steps.size() < 250'000);
  CHECK(made.result == host_result::neutral);

  // Who costs little is not kept from the last term.
  zone_answers small{"l.test v=spf1 include:i.test ip4:192.0.2.1\n"
                     "i.test v=spf1 ip4:10.0.0.1"};
  CHECK(result_of(mail("192.0.2.1", "a@l.test"), small, by) == "pass");
}

} // namespace check_host_test
