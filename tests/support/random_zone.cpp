#include "tests/support/random_zone.hpp"

#include <fmt/format.h>

namespace spfblock::testing {

const std::vector<std::string>& zone_writer::domains() {
  // `%{v}.test` is one of the last two.
  static const std::vector<std::string> names{
      "n1.test", "n2.test", "n3.test",      "n4.test", "n5.test",
      "n6.test", "n7.test", "in-addr.test", "ip6.test"};
  return names;
}

std::string zone_writer::write() {
  const unsigned moods[] = {0, 0, 2, 10};
  trouble_ = moods[below(4)];
  includes_ = 5 + below(35);
  std::string text;
  for (const std::string& owner : domains())
    write_name(text, owner);
  return text;
}

void zone_writer::write_name(std::string& to, const std::string& owner) {
  for (const char* type : {"TXT", "A", "AAAA", "MX"})
    if (chance(trouble_))
      to += fmt::format("fail {} {}\n", owner, type);
  if (chance(4)) {
    to += fmt::format("{} CNAME {}\n", owner, one_of(domains()));
    return;
  }
  if (chance(85))
    to += fmt::format("{} {}\n", owner, record());
  if (chance(trouble_ / 2))
    to += fmt::format("{} {}\n", owner, record());
  for (unsigned i = below(3); i > 0; --i)
    to += fmt::format("{} A {}\n", owner, address4());
  for (unsigned i = below(3); i > 0; --i)
    to += fmt::format("{} AAAA {}\n", owner, address6());
  if (chance(40))
    for (unsigned i = 1 + below(3); i > 0; --i)
      to += fmt::format("{} MX {} {}\n", owner, i, one_of(domains()));
  if (chance(3))
    for (unsigned i = 9 + below(2); i > 0; --i)
      to += fmt::format("{} MX 30 x{}.test\n", owner, i);
}

std::string zone_writer::record() {
  std::string text = "v=spf1";
  for (unsigned i = below(8); i > 0; --i)
    text += ' ' + (chance(8) ? modifier() : directive());
  if (chance(30))
    text += ' ' + one_of({"-all", "~all", "?all", "all"});
  return text;
}

std::string zone_writer::modifier() {
  if (chance(trouble_ / 2))
    return one_of({"all:n1.test", "ip4:10.0.0", "foo", "a:host", "-"});
  switch (below(6)) {
  case 0: return "exp=%{d}";
  case 1: return "ip4=10.0.0.1";
  default: return "redirect=" + target();
  }
}

std::string zone_writer::directive() {
  const std::string sign = chance(65) ? "" : one_of({"+", "-", "~", "?"});
  const std::string at = target();
  if (chance(includes_))
    return sign + "include:" + at;
  const unsigned kind = below(20);
  if (kind > 8)
    return sign + network();
  const std::string lengths = dual_length();
  switch (kind) {
  case 0: return sign + "exists:" + at;
  case 1: return sign + "ptr:" + at;
  case 2: return sign + "a" + lengths;
  case 3: return sign + "mx" + lengths;
  case 4:
  case 5: return sign + "mx:" + at + lengths;
  default: return sign + "a:" + at + lengths;
  }
}

std::string zone_writer::network() {
  if (chance(1))
    return one_of({"ip4:0.0.0.0/0", "ip4:10.0.0.0/8", "ip6:::/0",
                   "ip6:::ffff:10.0.0.0/104", "ip6:2001:db8::/32"});
  const unsigned longer = below(6);
  if (chance(60))
    return fmt::format("ip4:{}/{}", address4(), 27 + longer);
  return fmt::format("ip6:{}/{}", address6(), 123 + longer);
}

std::string zone_writer::target() {
  if (chance(80))
    return one_of(domains());
  if (chance(60))
    return one_of({"%{d}", "%{o}", "%{v}.test", "%{d1r}.test", "%{o1r}.test",
                   "%{D2}", "N1.Test.", "missing.test"});
  return one_of(
      {"%{i}.test", "%{s}", "%{lr-}.n1.test", "%{h}", "n1..test", "%{p}.test"});
}

std::string zone_writer::dual_length() {
  if (chance(50))
    return "";
  if (chance(2))
    return one_of({"/0", "//0", "/8//16"});
  std::string text;
  if (chance(70))
    text = fmt::format("/{}", 27 + below(6));
  if (chance(70))
    text += fmt::format("//{}", 123 + below(6));
  return text;
}

std::string zone_writer::address4() {
  return fmt::format("10.0.0.{}", below(32));
}

std::string zone_writer::address6() {
  return fmt::format("2001:db8::{:x}", below(32));
}

} // namespace spfblock::testing
