#include "server/dns/system_resolver.hpp"

#include "core/dns/resolv_conf.hpp"
#include "server/system/file.hpp"
#include "server/system/interface.hpp"

#include <sys/stat.h>
#include <utility>

namespace spfblock::server {

using clock = std::chrono::steady_clock;
using log::event_of;
using log::kind;

namespace {

constexpr std::chrono::seconds look_interval{1};

dns_client::settings with_default_server(dns_client::settings by) {
  by.exchange.servers = {dns::default_name_server()};
  return by;
}

std::string list_of(const std::vector<net::scoped_endpoint>& servers) {
  std::string list;
  for (const net::scoped_endpoint& each : servers)
    list.append(list.empty() ? "" : ", ").append(each.to_string());
  return list;
}

} // namespace

void tell_servers(const std::vector<net::scoped_endpoint>& servers,
                  const std::string& from, const log_sink& log) {
  log.write(event_of<kind::name_servers>{}
                .with("servers", list_of(servers))
                .with("from", from));
  for (const net::scoped_endpoint& each : servers) {
    if (!each.interface.empty() && interface_number(each.interface) == 0)
      log.write(event_of<kind::name_server_interface_missing>{}
                    .with("server", each.to_string())
                    .with("interface", each.interface)
                    .with("from", from));
  }
}

system_resolver::system_resolver(boost::asio::io_context& io,
                                 const log_sink& log, std::string path,
                                 dns_client::settings by,
                                 std::shared_ptr<dns_totals> totals,
                                 std::chrono::seconds patience)
    : log_{log},
      path_{std::move(path)},
      patient_until_{clock::now() + patience},
      looked_{clock::now()},
      told_{totals->servers},
      client_{io, with_default_server(std::move(by)), std::move(totals)},
      again_{io, [this] { ask_again(); }} {
  read();
  if (!named_)
    use({});
}

void system_resolver::resolve(const dns::question& asked,
                              std::shared_ptr<dns::asker> by, receiver done) {
  read_if_changed();
  if (named_ || clock::now() >= patient_until_)
    return client_.resolve(asked, std::move(by), std::move(done));
  auto what = waiting{asked, by, std::move(done)};
  client_.resolve(asked, std::move(by),
                  [this, what = std::move(what)](const dns::answer& got) {
                    if (got.status == dns::answer_status::failed)
                      ask_later(what);
                    else
                      what.done(got);
                  });
}

// The file -----------------------------------------------------------------

std::optional<system_resolver::identity> system_resolver::look() const {
  struct stat there {};
  if (::stat(path_.c_str(), &there) != 0 || !S_ISREG(there.st_mode))
    return std::nullopt; // to open a FIFO would be to wait for its writer
  return identity{there.st_dev, there.st_ino, there.st_size,
                  there.st_ctim.tv_sec, there.st_ctim.tv_nsec};
}

void system_resolver::read_if_changed() {
  const auto now = clock::now();
  if (now - looked_ < look_interval)
    return;
  looked_ = now;
  if (look() != seen_)
    read();
}

/// A file that changes while it is read is another one at the next look.
void system_resolver::read() {
  seen_ = look();
  const auto text = seen_ ? read_file(path_) : std::string{};
  auto named = dns::parse_resolv_conf(text ? *text : std::string{});
  if (named.empty() == !named_ && (named.empty() || named == client_.servers()))
    return;
  use(std::move(named));
}

/// @param named by the file
void system_resolver::use(std::vector<net::scoped_endpoint> named) {
  named_ = !named.empty();
  if (!named_)
    named = {dns::default_name_server()};
  client_.change_servers(named);
  if (named_ && std::exchange(told_, named) != named)
    tell_servers(named, path_, log_);
  if (named_)
    return;
  told_.clear();
  log_.write(event_of<kind::name_servers_missing>{}
                 .with("file", path_)
                 .with("servers", list_of(named)));
}

// Patience -----------------------------------------------------------------

void system_resolver::ask_later(waiting what) {
  waiting_.push_back(std::move(what));
  again_.set(clock::now() + look_interval);
}

/// Asks what waits, once there is somebody to ask or no patience left.
void system_resolver::ask_again() {
  read_if_changed();
  if (!named_ && clock::now() < patient_until_)
    return again_.set(clock::now() + look_interval);
  for (waiting& each : std::exchange(waiting_, {}))
    client_.resolve(each.asked, std::move(each.by), std::move(each.done));
}

} // namespace spfblock::server
