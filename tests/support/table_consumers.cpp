#include "tests/support/table_consumers.hpp"

#include "core/net/ip_prefix.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

namespace spfblock::testing {
namespace {

std::string read_quoted(const std::string& text) {
  REQUIRE(text.size() >= 2);
  REQUIRE(text.front() == '"');
  REQUIRE(text.back() == '"');
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    i += text[i] == '\\' ? 1U : 0U;
    out += text[i];
  }
  return out;
}

std::string parent_of(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

std::string replaced(std::string text, const std::string& what,
                     const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

} // namespace

std::vector<std::string> lines_without(const std::string& text, char comment) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(comment))
      lines.push_back(line);
  }
  return lines;
}

std::optional<std::string> ask_cidr(const std::string& table,
                                    const net::ip_address& address) {
  for (const std::string& line : lines_without(table, '#')) {
    const auto tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    if (net::ip_prefix::parse(line.substr(0, tab))->contains(address))
      return line.substr(tab + 1);
  }
  return std::nullopt;
}

std::vector<std::string> access_lookups(const net::ip_address& address) {
  const char delimiter = address.family() == net::family::ipv4 ? '.' : ':';
  std::vector<std::string> keys{address.to_string()};
  for (;;) {
    const auto at = keys.back().rfind(delimiter);
    if (at == std::string::npos)
      return keys;
    keys.push_back(keys.back().substr(0, at));
  }
}

access_model::access_model(const std::string& table) {
  for (const std::string& line : lines_without(table, '#')) {
    const auto tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    CAPTURE(line);
    REQUIRE(actions_.emplace(line.substr(0, tab), line.substr(tab + 1)).second);
  }
}

std::optional<std::string>
access_model::ask(const net::ip_address& address) const {
  for (const std::string& key : access_lookups(address)) {
    if (const auto found = actions_.find(key); found != actions_.end())
      return found->second;
  }
  return std::nullopt;
}

bool set_contains(const std::string& text, const net::ip_address& address) {
  for (const std::string& line : lines_without(text, '#')) {
    const auto network =
        net::ip_prefix::parse(replaced(std::string{trimmed(line)}, ",", ""));
    if (network && network->contains(address))
      return true;
  }
  return false;
}

std::optional<std::string> ask_rbldnsd(const std::string& data,
                                       const net::ip_address& address) {
  std::optional<net::ip_prefix> best;
  std::optional<std::string> answer;
  for (const std::string& line : lines_without(data, '#')) {
    if (line.starts_with('$'))
      continue;
    const bool excluded = line.starts_with('!');
    const auto blank = line.find(' ');
    const auto network =
        *net::ip_prefix::parse(line.substr(0, blank).substr(excluded ? 1 : 0));
    if (!network.contains(address) ||
        (best && best->length() > network.length()))
      continue;
    best = network;
    answer.reset();
    if (!excluded)
      answer =
          replaced(replaced(replaced(line.substr(line.find(':', blank + 2) + 1),
                                     "$$", "\x01"),
                            "$", address.to_string()),
                   "\x01", "$");
  }
  return answer;
}

std::string reversed_name(const net::ip_address& address) {
  const bool ipv4 = address.family() == net::family::ipv4;
  const unsigned bits = ipv4 ? 8 : 4;
  std::string name;
  for (unsigned at = 0; at < net::width(address.family()); at += bits) {
    const auto label =
        static_cast<unsigned>(address.number() >> at) & ((1U << bits) - 1);
    std::ostringstream text;
    text << (ipv4 ? std::dec : std::hex) << label;
    name += (name.empty() ? "" : ".") + text.str();
  }
  return name;
}

zone_model::zone_model(const std::string& zone) {
  std::string owner;
  for (const std::string& line : lines_without(zone, ';')) {
    CAPTURE(line);
    if (line.starts_with('$') || line.starts_with('@'))
      continue;
    std::istringstream in{line};
    if (!line.starts_with(' '))
      in >> owner;
    std::string type;
    in >> type;
    in.get();
    std::string data;
    std::getline(in, data);
    records& of = names_[owner];
    if (type == "A") {
      REQUIRE_FALSE(of.listed);
      REQUIRE(data == "127.0.0.2");
      of.listed = true;
    } else {
      REQUIRE(type == "TXT");
      REQUIRE(of.text.empty());
      of.text = read_quoted(data);
    }
    for (std::string name = owner; !name.empty(); name = parent_of(name))
      names_.try_emplace(name);
  }
}

std::optional<std::string>
zone_model::ask(const net::ip_address& address) const {
  const std::string name = reversed_name(address);
  auto found = names_.find(name);
  if (found == names_.end()) {
    std::string encloser = parent_of(name);
    while (!encloser.empty() && !names_.contains(encloser))
      encloser = parent_of(encloser);
    found = names_.find(encloser.empty() ? "*" : "*." + encloser);
  }
  if (found == names_.end() || !found->second.listed)
    return std::nullopt;
  return found->second.text;
}

} // namespace spfblock::testing
