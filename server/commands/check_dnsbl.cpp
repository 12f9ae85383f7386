#include "server/commands/check_dnsbl.hpp"

#include "core/config/settings_parser.hpp"
#include "core/reports/dnsbl_reach.hpp"
#include "server/dns/make_resolver.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

/// What the resolvers of this machine say, whomever spfblock asks itself.
reports::dnsbl_answers ask_system(const dns::name& zone) {
  configuration by_default;
  by_default.settings = config::default_settings();
  boost::asio::io_context io{1};
  const log_sink log{level::error};
  const auto questions = make_resolver(io, log, by_default);
  const auto by = std::make_shared<dns::asker>();
  const auto asked = reports::dnsbl_questions(zone);
  std::array<dns::answer, asked.size()> said;
  std::size_t left = asked.size();
  for (std::size_t i = 0; i < asked.size(); ++i)
    questions->resolve(asked[i], by, [&, i](const dns::answer& answer) {
      said[i] = answer;
      if (--left == 0)
        io.stop();
    });
  io.run();
  return {said[0], said[1], said[2]};
}

} // namespace

exit_status check_dnsbl(const config::settings& settings) {
  bool has_list = false;
  bool is_right = true;
  for (const config::listener& each : settings.listen) {
    if (!each.list)
      continue;
    has_list = true;
    const dns::name& zone = each.list->zone();
    const auto troubles = reports::dnsbl_troubles(zone, ask_system(zone));
    if (troubles.empty())
      std::cout << zone.to_string() << ": the resolver of this machine lists "
                << "the test entry, and nothing else\n";
    for (const std::string& trouble : troubles)
      std::cerr << zone.to_string() << ": " << trouble << '\n';
    is_right = is_right && troubles.empty();
  }
  if (!has_list)
    std::cerr << "spfblock: `listen` has no door dnsbl\n";
  return has_list && is_right ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
