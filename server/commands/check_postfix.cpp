#include "server/commands/check_postfix.hpp"

#include "core/postfix/wiring.hpp"
#include "core/reports/status.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/configured.hpp"
#include "server/system/command_output.hpp"
#include "server/system/user.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace spfblock::server {
namespace {

/// @return nothing if postconf(1) cannot be asked, which was said on stderr
std::optional<postfix::postconf_texts> ask_postconf() {
  postfix::postconf_texts texts;
  for (const auto& [command, text] :
       {std::pair{"postconf -x", &texts.parameters},
        std::pair{"postconf -M", &texts.services},
        std::pair{"postconf -Px", &texts.overrides}}) {
    auto said = output_of(command);
    if (!said) {
      std::cerr << "spfblock: " << said.error().message << '\n';
      return std::nullopt;
    }
    *text = *std::move(said);
  }
  return texts;
}

/// The doors that the running server has.
result<std::vector<reports::open_port>>
ports_of_server(const config::settings& settings) {
  if (!settings.admin)
    return failure{errc::temporary, "the admin port is off"};
  const auto document = admin_get(reachable(*settings.admin), "/status");
  if (!document)
    return document.error();
  auto status = reports::status_from_json(*document);
  if (!status)
    return status.error();
  return (*std::move(status)).ports_open;
}

/// Adds to `listen` what was handed over to the running server.
void add_to(config::settings& settings,
            const std::vector<reports::open_port>& open) {
  for (const reports::open_port& each : open) {
    const auto door = protocols::door_of(each.door);
    const auto where = net::socket_address::parse(each.at);
    const bool is_named =
        where && std::any_of(settings.listen.begin(), settings.listen.end(),
                             [&](const config::listener& by) {
                               return by.where == *where;
                             });
    if (door && where && !is_named)
      settings.listen.push_back({*door, *where});
  }
}

/// This machine.
class here final : public postfix::machine {
public:
  [[nodiscard]] std::optional<postfix::account>
  account_of(const std::string& name) const override {
    const auto found = user_named(name);
    if (!found)
      return std::nullopt;
    return postfix::account{found->number, found->group};
  }

  [[nodiscard]] postfix::file_facts
  look_at(const std::string& path) const override {
    using postfix::file_kind;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
      return {errno == EACCES ? file_kind::unseen : file_kind::nothing,
              0,
              {},
              link_at(path)};
    constexpr unsigned permissions = 0777;
    return {S_ISDIR(found.st_mode)    ? file_kind::folder
            : S_ISSOCK(found.st_mode) ? file_kind::socket
                                      : file_kind::other,
            found.st_mode & permissions,
            {found.st_uid, found.st_gid},
            link_at(path)};
  }

private:
  /// The absolute path of a link; empty if it is none.
  static std::string link_at(const std::string& path) {
    std::error_code none;
    const auto target = std::filesystem::read_symlink(path, none);
    return target.is_absolute() ? target.string() : "";
  }
};

} // namespace

exit_status check_postfix(config::settings settings) {
  const auto texts = ask_postconf();
  if (!texts)
    return exit_status::unavailable;
  const auto open = ports_of_server(settings);
  if (open)
    add_to(settings, *open);
  bool is_right = true;
  bool asks_strangers = false;
  const here on;
  for (const postfix::finding& each :
       postfix::wiring_of(postfix::setup{*texts}, settings, &on)) {
    const bool is_good = each.how == postfix::verdict::good;
    (is_good ? std::cout : std::cerr) << printable(each.to_string()) << '\n';
    is_right = is_right && each.how != postfix::verdict::wrong;
    asks_strangers = asks_strangers || each.is_of_stranger;
  }
  if (asks_strangers && !open)
    std::cerr << "spfblock: the running server cannot be asked for its doors ("
              << printable(open.error().message)
              << "): only those of `listen` are known\n";
  return is_right ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
