#include "core/config/sections.hpp"

#include "core/json/field.hpp"
#include "core/support/duration.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::config {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds day = 24h;
constexpr std::uint16_t dns_port = 53; // RFC 1035 §4.2

constexpr std::uint64_t ipv4_space = std::uint64_t{1} << 32U;
constexpr std::uint64_t half_of_slash64s = std::uint64_t{1} << 63U;

/// The members that limits may have, of all domains or of one.
/// @param read_answer_bytes, read_total those that differ
json::field_table<limit_settings>
limit_fields(decltype(json::field<limit_settings>::read) read_answer_bytes,
             decltype(json::field<limit_settings>::read) read_total) {
  using limits = limit_settings;
  return {
      {"widest_ipv4", json::limit(&limits::widest_ipv4, 0, 32)},
      {"widest_ipv6", json::limit(&limits::widest_ipv6, 0, 128)},
      {"ipv4_addresses", json::limit(&limits::ipv4_addresses, 1, ipv4_space)},
      {"ipv6_slash64s",
       json::limit(&limits::ipv6_slash64s, 1, half_of_slash64s)},
      {"networks", json::limit(&limits::networks, 1, 10'000'000)},
      {"growth", json::limit(&limits::growth, 2, 1'000'000)},
      {"growth_floor", json::integer(&limits::growth_floor, 0, ipv4_space)},
      {"growth_wait", json::duration(&limits::growth_wait, 1min, 30 * day)},
      {"dns_queries", json::limit(&limits::dns_queries, 1, 100'000)},
      {"depth", json::limit(&limits::depth, 1, 100)},
      {"answer_bytes", std::move(read_answer_bytes)},
      {"total", std::move(read_total)},
  };
}

void refuse_answer_bytes(const json::json_value& value,
                         limit_settings& /*into*/) {
  value.fault("holds for all domains, because answers are shared (expected "
              "in the \"limits\" of the whole file)");
}

void refuse_total(const json::json_value& value, limit_settings& /*into*/) {
  value.fault("holds for all domains together (expected in the \"limits\" of "
              "the whole file)");
}

void read_total(const json::json_value& value, total_limits& into) {
  static const json::field_table<total_limits> fields{
      {"ipv4_addresses",
       json::limit(&total_limits::ipv4_addresses, 1, ipv4_space)},
      {"networks", json::limit(&total_limits::networks, 1, 100'000'000)},
  };
  json::read_fields(value, fields, into);
}

void warn_of_no_interface(const json::json_value& element,
                          const net::scoped_endpoint& server) {
  if (server.lacks_interface())
    element.warn(fmt::format("{} is link-local and cannot be asked without its "
                             "interface, as in \"fe80::1%eth0\"",
                             server.to_string()));
}

void read_servers(const json::json_value& value, resolver_settings& into) {
  constexpr std::string_view expected =
      "a name server as \"ADDRESS\", \"ADDRESS:PORT\" or \"[ADDRESS]:PORT\"";
  for (const json::json_value& element : value.read_elements()) {
    const auto text = element.read_text();
    if (!text)
      continue;
    const auto server = net::scoped_endpoint::parse(*text, dns_port);
    if (!server)
      element.fault(
          fmt::format("{} (expected {})", server.error().message, expected));
    else if (server->at.port == 0)
      element.unexpected("a port from 1 to 65535");
    else {
      warn_of_no_interface(element, *server);
      into.servers.push_back(*server);
    }
  }
}

void read_zone_file(const json::json_value& value, resolver_settings& into) {
  if (auto path = read_path(value))
    into.zone_file = std::move(*path);
}

/// Keeps one of the shorter durations within the interval.  What was given
/// goes before what was not; two that were given must agree.
void fit_interval(const json::json_value& object, std::string_view name,
                  std::chrono::seconds& shorter,
                  std::chrono::seconds& interval) {
  if (shorter <= interval)
    return;
  const auto given = object.member(name);
  if (!given)
    shorter = interval;
  else if (!object.member("interval"))
    interval = shorter;
  else
    given->unexpected(
        fmt::format("at most the \"interval\", {}", duration_text(interval)));
}

} // namespace

std::optional<net::endpoint> read_endpoint(const json::json_value& value,
                                           std::string_view expected) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  const auto endpoint = net::endpoint::parse(*text);
  if (endpoint)
    return *endpoint;
  value.fault(
      fmt::format("{} (expected {})", endpoint.error().message, expected));
  return std::nullopt;
}

void read_endpoint_or_none(const json::json_value& value,
                           std::optional<net::endpoint>& into) {
  if (const auto text = value.read_text(); text && text->empty())
    into = std::nullopt;
  else if (text)
    into = read_endpoint(
        value, R"("ADDRESS:PORT" or "[ADDRESS]:PORT", or "" for none)");
}

std::optional<net::ip_prefix> read_prefix(const json::json_value& value) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  const auto network = net::ip_prefix::parse(*text);
  if (network)
    return *network;
  value.fault(network.error().message +
              R"( (expected a network such as "192.0.2.0/24"))");
  return std::nullopt;
}

std::optional<std::string> read_path(const json::json_value& value) {
  const auto path = value.read_text();
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (!path)
    return std::nullopt;
  if (std::any_of(path->begin(), path->end(), is_control)) {
    value.unexpected("a file name without control characters");
    return std::nullopt;
  }
  return std::string{*path};
}

void read_limits(const json::json_value& value, limit_settings& into) {
  static const auto fields =
      limit_fields(json::limit(&limit_settings::answer_bytes, 512, 65'535),
                   json::section(&limit_settings::total, read_total));
  json::read_fields(value, fields, into);
}

void read_domain_limits(const json::json_value& value, limit_settings& into) {
  static const auto fields = limit_fields(refuse_answer_bytes, refuse_total);
  json::read_fields(value, fields, into);
}

void read_resolver(const json::json_value& value, resolver_settings& into) {
  static const json::field_table<resolver_settings> fields{
      {"servers", read_servers},
      {"zone_file", read_zone_file},
      {"timeout", json::duration(&resolver_settings::timeout, 1s, 60s)},
      {"attempts", json::integer(&resolver_settings::attempts, 1, 10)},
      {"in_flight", json::integer(&resolver_settings::in_flight, 1, 10'000)},
  };
  json::read_fields(value, fields, into);
  if (!into.servers.empty() && !into.zone_file.empty())
    value.member("zone_file")
        ->fault("given together with \"servers\" (expected one of the two)");
}

void read_refresh(const json::json_value& value, refresh_settings& into) {
  static const json::field_table<refresh_settings> fields{
      {"interval", json::duration(&refresh_settings::interval, 1s, 30 * day)},
      {"follow_ttl", json::boolean(&refresh_settings::follow_ttl)},
      {"minimum", json::duration(&refresh_settings::minimum, 1s, 30 * day)},
      {"retry", json::duration(&refresh_settings::retry, 1s, 30 * day)},
      {"keep_stale",
       json::duration(&refresh_settings::keep_stale, 0s, 365 * day)},
  };
  const auto problems_before = value.problems().size();
  json::read_fields(value, fields, into);
  if (value.problems().size() != problems_before)
    return;
  fit_interval(value, "minimum", into.minimum, into.interval);
  fit_interval(value, "retry", into.retry, into.interval);
}

void read_metrics(const json::json_value& value, metrics_settings& into) {
  static const json::field_table<metrics_settings> fields{
      {"domains", json::integer(&metrics_settings::domains, 0, 10'000'000)},
      {"listen",
       [](const json::json_value& at, metrics_settings& to) {
         read_endpoint_or_none(at, to.listen);
       }},
  };
  json::read_fields(value, fields, into);
}

void read_query_time(const json::json_value& value, query_time_settings& into) {
  static const json::field_table<query_time_settings> fields{
      {"unknown", json::choice(&query_time_settings::unknown,
                               {{"pass", unknown_mail::pass},
                                {"defer", unknown_mail::defer}})},
      {"wait", json::short_duration(&query_time_settings::wait, 0ms, 500ms)},
  };
  json::read_fields(value, fields, into);
}

void read_log(const json::json_value& value, log_settings& into) {
  static const json::field_table<log_settings> fields{
      {"level", json::choice(&log_settings::level, {{"error", level::error},
                                                    {"warning", level::warning},
                                                    {"notice", level::notice},
                                                    {"info", level::info},
                                                    {"debug", level::debug}})},
      {"target", json::choice(&log_settings::target,
                              {{"stderr", log_target::standard_error},
                               {"syslog", log_target::syslog}})},
      {"hits", json::boolean(&log_settings::hits)},
  };
  json::read_fields(value, fields, into);
}

} // namespace spfblock::config
