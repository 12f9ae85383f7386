#include "server/commands/explain_mail.hpp"

#include "core/domains/expansion_rules.hpp"
#include "core/spf/asked_check.hpp"
#include "core/spf/check_host_text.hpp"
#include "server/commands/configured.hpp"
#include "server/dns/make_resolver.hpp"

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

spf::host_check check_now(const spf::envelope& of, const configuration& by) {
  boost::asio::io_context io{1};
  const log_sink log{level::warning};
  const auto questions = make_resolver(io, log, by);
  spf::host_check result;
  spf::ask_and_check(of, domains::rules_for(of.domain, by.settings), questions,
                     [&](const spf::host_check& made) {
                       result = made;
                       io.stop();
                     });
  io.run();
  return result;
}

} // namespace

exit_status explain_mail(const std::string& configuration_file,
                         const std::string& address, const std::string& sender,
                         const std::string& helo) {
  const auto client = net::ip_address::parse(address);
  if (!client) {
    std::cerr << "spfblock: " << client.error().message << '\n';
    return exit_status::usage;
  }
  const auto about = spf::envelope::of(*client, sender, helo);
  if (!about) {
    std::cout << text_of(spf::host_result::none) << ": "
              << about.error().message << '\n';
    return exit_status::negative;
  }
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  const spf::host_check made = check_now(*about, *loaded);
  std::cout << spf::to_text(made, *about);
  switch (made.result) {
  case spf::host_result::pass: return exit_status::done;
  case spf::host_result::temperror: return exit_status::unavailable;
  default: return exit_status::negative;
  }
}

} // namespace spfblock::server
