#include "core/dns/exchange.hpp"

#include "core/support/contract.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::dns {

exchange::exchange(question asked, const exchange_settings& settings,
                   std::function<std::uint16_t()> random_id)
    : asked_{std::move(asked)},
      settings_{&settings},
      random_id_{std::move(random_id)},
      servers_(settings.servers.size()) {
  EXPECTS(!settings.servers.empty() && settings.attempts > 0);
  send(transport::udp);
}

bool exchange::received(std::string_view message) {
  EXPECTS(!finished_);
  reply got = decode_reply(message, asked_, id_, settings_->limits);
  server_state& server = servers_[current_];
  switch (got.what) {
  case reply::kind::not_ours: return false;
  case reply::kind::answer: finish(std::move(got.content)); break;
  case reply::kind::truncated:
    if (step_.over == transport::udp)
      send(transport::tcp);
    else
      drop_server("truncated answer");
    break;
  case reply::kind::no_edns:
    if (std::exchange(server.with_edns, edns::off) == edns::on)
      send(step_.over);
    else
      drop_server(got.reason);
    break;
  case reply::kind::unusable: drop_server(got.reason); break;
  }
  return true;
}

void exchange::timed_out() {
  EXPECTS(!finished_);
  try_next_server("timeout");
}

void exchange::failed(std::string_view reason) {
  EXPECTS(!finished_);
  try_next_server(reason);
}

const answer& exchange::result() const noexcept {
  EXPECTS(finished_);
  return result_;
}

void exchange::send(transport over) {
  id_ = random_id_();
  step_ = {settings_->servers[current_], over,
           encode_query(asked_, id_, servers_[current_].with_edns)};
  ++queries_;
}

void exchange::try_next_server(std::string_view reason) {
  const std::string_view over = step_.over == transport::tcp ? " over TCP" : "";
  do {
    if (++current_ == servers_.size()) {
      current_ = 0;
      ++round_;
    }
    if (round_ == settings_->attempts)
      return finish(failed_answer(
          fmt::format("{} from {}{}", reason, step_.server.to_string(), over)));
  } while (!servers_[current_].usable);
  send(transport::udp);
}

void exchange::drop_server(std::string_view reason) {
  servers_[current_].usable = false;
  try_next_server(reason);
}

void exchange::finish(answer with) {
  result_ = std::move(with);
  finished_ = true;
}

} // namespace spfblock::dns
