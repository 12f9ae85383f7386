#include "server/commands/last_known.hpp"

#include "core/domains/state.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/configured.hpp"
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

result<std::string> ask_server(const config::settings& by,
                               const std::string& target) {
  if (!by.admin)
    return failure{errc::temporary, "the admin port is off"};
  return admin_get(reachable(*by.admin), target);
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

std::optional<std::string>
document_or_complain(const config::settings& by, const std::string& target,
                     const document_writer& otherwise) {
  auto document = ask_server(by, target);
  if (document)
    return *std::move(document);
  std::cerr << "spfblock: " << document.error().message << "; ";
  const timestamp now = read_clocks();
  const auto known = read_last_known(by, now);
  if (!known) {
    std::cerr << known.error().message << '\n';
    return std::nullopt;
  }
  std::cerr << "reading " << printable(by.state_file) << " of "
            << utc_text(known->written) << '\n';
  return otherwise(known->book, now);
}

} // namespace spfblock::server
