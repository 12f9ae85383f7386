#include "core/dns/exchange.hpp"

#include "core/support/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::dns {
namespace {

constexpr unsigned datagram_resends = 3;

/// What counts for an answer.
outcome outcome_of(const answer& content) {
  switch (content.status) {
  case answer_status::records: return outcome::records;
  case answer_status::no_data: return outcome::no_data;
  case answer_status::nxdomain: return outcome::nxdomain;
  case answer_status::failed: break;
  }
  return outcome::unusable;
}

/// @pre as the exchange's
round_trip& first_of(std::vector<round_trip>& measured,
                     const exchange_settings& settings) {
  EXPECTS(!settings.servers.empty() && settings.attempts > 0);
  EXPECTS(measured.size() == settings.servers.size());
  return measured.front();
}

} // namespace

exchange::exchange(question asked, const exchange_settings& settings,
                   std::vector<round_trip>& measured,
                   std::function<std::uint16_t()> random_id)
    : asked_{std::move(asked)},
      settings_{&settings},
      measured_{&measured},
      random_id_{std::move(random_id)},
      servers_(settings.servers.size()),
      silence_{first_of(measured, settings), settings.timeout,
               datagram_resends} {
  send(transport::udp);
}

exchange::verdict exchange::waited() {
  EXPECTS(!finished_);
  const verdict next = silence_.waited();
  if (next == verdict::resend)
    ++queries_;
  else if (next == verdict::over)
    try_next_server("timeout", dns::outcome::timeout);
  return next;
}

exchange::effect exchange::received(std::string_view message, duration after) {
  EXPECTS(!finished_);
  reply got = decode_reply(message, asked_, id_, settings_->limits);
  if (got.what == reply::kind::not_ours)
    return ignore();
  measure(after);
  server_state& server = servers_[current_];
  switch (got.what) {
  case reply::kind::not_ours: break;
  case reply::kind::answer: {
    const dns::outcome as = outcome_of(got.content);
    finish(std::move(got.content), as);
    break;
  }
  case reply::kind::truncated:
    if (step_.over == transport::udp)
      send(transport::tcp);
    else
      drop_server("truncated answer", dns::outcome::unusable);
    break;
  case reply::kind::no_edns:
    if (std::exchange(server.with_edns, edns::off) == edns::on)
      send(step_.over);
    else
      drop_server(got.reason, dns::outcome::refused);
    break;
  case reply::kind::unusable:
    if (got.by_rcode)
      pass_over_error(got.reason);
    else
      drop_server(got.reason, dns::outcome::unusable);
    break;
  }
  return effect::taken;
}

void exchange::failed(std::string_view reason, dns::outcome as) {
  EXPECTS(!finished_);
  try_next_server(reason, as);
}

const answer& exchange::result() const noexcept {
  EXPECTS(finished_);
  return result_;
}

outcome exchange::outcome() const noexcept {
  EXPECTS(finished_);
  return outcome_;
}

void exchange::send(transport over) {
  id_ = random_id_();
  step_ = {settings_->servers[current_], over,
           encode_query(asked_, id_, servers_[current_].with_edns)};
  silence_ = {(*measured_)[current_], settings_->timeout,
              over == transport::udp ? datagram_resends : 0};
  ignored_ = 0;
  ++queries_;
}

exchange::effect exchange::ignore() {
  if (step_.over == transport::tcp || ++ignored_ <= most_ignored)
    return effect::ignored;
  send(transport::tcp);
  return effect::distrusted;
}

/// Over TCP, the time includes the connection.
void exchange::measure(duration after) {
  if (step_.over == transport::tcp)
    return;
  round_trip& to = (*measured_)[current_];
  if (silence_.resent())
    to.back_off(after);
  else
    to.add(after);
}

void exchange::try_next_server(std::string_view reason, dns::outcome as) {
  const std::string_view over = step_.over == transport::tcp ? " over TCP" : "";
  do {
    if (++current_ == servers_.size()) {
      current_ = 0;
      ++round_;
    }
    if (round_ == settings_->attempts)
      return finish(failed_answer(fmt::format("{} from {}{}", reason,
                                              step_.server.to_string(), over)),
                    as);
  } while (!servers_[current_].usable);
  send(transport::udp);
}

void exchange::drop_server(std::string_view reason, dns::outcome as) {
  servers_[current_].usable = false;
  try_next_server(reason, as);
}

/// The server gave an error code.
void exchange::pass_over_error(std::string_view reason) {
  if (is_last())
    try_next_server(reason, dns::outcome::refused); // itself, next round
  else
    drop_server(reason, dns::outcome::refused);
}

/// Whether no other server can be asked.
bool exchange::is_last() const {
  return std::count_if(servers_.begin(), servers_.end(),
                       [](const auto& each) { return each.usable; }) == 1;
}

void exchange::finish(answer with, dns::outcome as) {
  result_ = std::move(with);
  outcome_ = as;
  finished_ = true;
}

} // namespace spfblock::dns
