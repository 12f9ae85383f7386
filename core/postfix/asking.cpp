#include "core/postfix/asking.hpp"

#include "core/postfix/setup.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::postfix {
namespace {

constexpr auto npos = std::string_view::npos;

/// Reads "HOST:PORT", "[HOST]:PORT" or "PORT".
void read_inet(std::string_view text, asked_server& into) {
  const auto colon = text.rfind(':');
  std::string_view host =
      colon == npos ? std::string_view{} : text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  into.host = host;
  const auto port =
      parse_decimal(colon == npos ? text : text.substr(colon + 1), 65535);
  if (port)
    into.port = static_cast<std::uint16_t>(*port);
}

/// Takes `prefix` off the front of `text`.
bool take(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Reads "inet:HOST:PORT", "unix:PATH" or "local:PATH".
bool read_place(std::string_view text, asked_server& into) {
  if (take("inet:", text))
    read_inet(text, into);
  else if (take("unix:", text) || take("local:", text))
    into.path = text;
  else
    return false;
  return true;
}

/// Reads "PLACE:NAME", or a place of TCP whose name was left out.
bool read_socketmap(std::string_view text, asked_server& into) {
  if (!read_place(text.substr(0, text.rfind(':')), into))
    return false;
  if (into.path.empty() && !into.port) {
    into.lacks_name = fmt::format("socketmap:{}", text);
    return read_place(text, into);
  }
  return true;
}

void read_option(std::string_view text, asked_server& into) {
  text = without_braces(text);
  const auto end = text.find('=');
  const auto name = elements_of(text.substr(0, end));
  if (end == npos || name.empty()) {
    if (into.no_option.empty())
      into.no_option = text;
    return;
  }
  auto value = text.substr(end + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  into.options.push_back(
      {std::string{name.front()}, std::string{without_braces(value)}});
}

} // namespace

std::vector<asked_server> servers_of_table(std::string_view table) {
  std::vector<asked_server> found;
  if (take("proxy:", table)) {
    found = servers_of_table(table);
    for (asked_server& each : found)
      each.is_proxied = true;
  } else if (take("pipemap:", table) || take("unionmap:", table)) {
    for (const auto each : elements_of(without_braces(table))) {
      for (asked_server& inner : servers_of_table(each))
        found.push_back(std::move(inner));
    }
  } else if (take("tcp:", table)) {
    asked_server server{};
    server.door = protocols::door::tcp_table;
    read_inet(table, server);
    found.push_back(std::move(server));
  } else if (take("socketmap:", table)) {
    asked_server server{};
    server.door = protocols::door::socketmap;
    if (read_socketmap(table, server))
      found.push_back(std::move(server));
  }
  return found;
}

std::optional<asked_server> policy_server(std::string_view text) {
  const auto parts = elements_of(without_braces(text));
  asked_server server{};
  server.door = protocols::door::policy;
  if (parts.empty() || !read_place(parts.front(), server))
    return std::nullopt;
  for (std::size_t i = 1; i < parts.size(); ++i)
    read_option(parts[i], server);
  return server;
}

} // namespace spfblock::postfix
