#include "core/net/socket_address.hpp"

#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Whether a path without its first slash is written in its one form.
bool is_normal(std::string_view path) {
  while (true) {
    const auto end = path.find('/');
    const auto name = path.substr(0, end);
    if (name.empty() || name == "." || name == "..")
      return false;
    if (end == std::string_view::npos)
      return true;
    path.remove_prefix(end + 1);
  }
}

} // namespace

result<socket_address> socket_address::parse(std::string_view text) {
  if (!text.starts_with(unix_prefix)) {
    const auto at = endpoint::parse(text);
    if (!at)
      return at.error();
    return socket_address{*at};
  }
  const auto path = text.substr(unix_prefix.size());
  if (!path.starts_with('/'))
    return failure{errc::malformed, in_quotes(path) + " is no absolute path"};
  if (std::any_of(path.begin(), path.end(), is_control) ||
      !is_normal(path.substr(1)))
    return failure{errc::malformed, in_quotes(path) +
                                        " is no path of a file without \".\", "
                                        "\"..\" and doubled slashes"};
  if (path.size() > longest_path)
    return failure{errc::out_of_range, in_quotes(path) + " is over " +
                                           std::to_string(longest_path) +
                                           " octets"};
  return at_path(std::string{path});
}

std::string socket_address::to_string() const {
  if (const std::string* at = path())
    return std::string{unix_prefix} + *at;
  return tcp()->to_string();
}

} // namespace spfblock::net
