#include "server/admin_pages.hpp"

#include "core/table/explanation.hpp"
#include "core/table/status.hpp"
#include "server/clocks.hpp"

#include <string>

namespace spfblock::server {
namespace {

admin_reply line(unsigned status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + '\n'};
}

admin_reply json(std::string document) {
  return {200, "application/json", std::move(document)};
}

} // namespace

admin_reply admin_pages::answer(const admin_request& request) const {
  if (request.path == "/status")
    return status();
  if (request.path == "/explain")
    return explain(request);
  return line(404, "not here; there are /status and /explain?address=");
}

admin_reply admin_pages::status() const {
  return json(table::to_json(table::report(refresher_.book(), read_clocks())));
}

admin_reply admin_pages::explain(const admin_request& request) const {
  const auto address = net::ip_address::parse(request.parameter("address"));
  if (!address)
    return line(400, address.error().message);
  return json(table::to_json(table::explain(*address, *table_.load(),
                                            refresher_.book(), read_clocks())));
}

} // namespace spfblock::server
