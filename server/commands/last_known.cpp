#include "server/commands/last_known.hpp"

#include "core/domains/state.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/configured.hpp"
#include "server/patient_loading.hpp"
#include "server/refresh/state_file.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <iostream>
#include <utility>

namespace spfblock::server {
namespace {

result<domains::state> read_state(const std::string& path) {
  const auto unusable = [](errc code, const std::string& why) {
    return failure{code, why};
  };
  if (path.empty())
    return unusable(errc::temporary, "no state file is configured");
  const auto text = state_file{path}.load();
  if (!text)
    return text.error();
  if (!*text)
    return unusable(errc::temporary, "no state file " + in_quotes(path));
  auto state = domains::state_from_json(**text);
  if (!state)
    return unusable(state.error().code, "cannot use " + in_quotes(path) + ": " +
                                            state.error().message);
  return state;
}

result<std::string> ask_server(const std::optional<net::endpoint>& admin,
                               const std::string& target) {
  if (!admin)
    return failure{errc::temporary, "the admin port is off"};
  return admin_get(reachable(*admin), target);
}

/// Says on stderr where it comes from.
std::optional<told> read_instead(const config::settings& by,
                                 const document_writer& otherwise) {
  const timestamp now = read_clocks();
  const auto known = read_last_known(by, now);
  if (!known) {
    std::cerr << known.error().message << '\n';
    return std::nullopt;
  }
  std::cerr << "reading " << printable(by.state_file) << " of "
            << utc_text(known->written) << '\n';
  return told{otherwise(known->book, now), true};
}

} // namespace

result<last_known> read_last_known(const config::settings& by, timestamp now) {
  const auto state = read_state(by.state_file);
  if (!state)
    return state.error();
  last_known made;
  made.written = state->written;
  made.book.apply(by, own_addresses(), now);
  made.book.restore(*state, now);
  return made;
}

std::optional<told> ask_or_read(const config::settings& by,
                                const std::string& target,
                                const document_writer& otherwise) {
  auto document = ask_server(by.admin, target);
  if (document)
    return told{*std::move(document)};
  std::cerr << "spfblock: " << document.error().message << "; ";
  return read_instead(by, otherwise);
}

std::variant<told, exit_status>
ask_or_read(const std::string& configuration_file, const std::string& target,
            const document_writer& otherwise) {
  auto document = ask_server(server_of(configuration_file).admin, target);
  if (document)
    return told{*std::move(document)};
  std::cerr << "spfblock: " << document.error().message;
  const auto whole = load_patiently(configuration_file);
  if (const auto* loaded = std::get_if<configuration>(&whole)) {
    std::cerr << "; ";
    if (auto read = read_instead(loaded->settings, otherwise))
      return *std::move(read);
    return exit_status::unavailable;
  }
  std::cerr
      << "; the state file is no help, since the configuration is faulty\n";
  for (const auto& each : std::get<std::vector<json::problem>>(whole))
    std::cerr << each.to_string() << '\n';
  return exit_status::config;
}

} // namespace spfblock::server
