#include "core/json/writer.hpp"
#include "core/maillog/time_stamp.hpp"
#include "core/reports/replay.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace spfblock::reports {
namespace {

/// In the order of maillog::fate.
constexpr std::array<std::string_view, 5> fates{
    "delivered", "refused", "deferred", "not_delivered", "unknown"};

void write_counts(std::string_view key, const replay::counts& of,
                  json::writer& to) {
  to.key(key).begin_object();
  for (std::size_t i = 0; i < fates.size(); ++i)
    to.member(fates.at(i), of.at(i));
  to.end_object();
}

void write_mail(const replay::hurt& of, json::writer& to) {
  std::optional<std::string> at;
  if (of.mail.at)
    at = maillog::log_time_text(*of.mail.at);
  to.begin_object();
  to.member("at", at);
  to.member("address", of.mail.address.to_string());
  to.member("sender", of.mail.sender);
  to.member("recipients", of.mail.recipients);
  to.member("listing", of.listing);
  to.member("network", of.network.to_string());
  to.end_object();
}

} // namespace

std::string to_json(const replay& of) {
  json::writer to{json::layout::indented};
  to.begin_object();
  to.member("mails", of.mails());
  write_counts("would_be_rejected", of.rejected(), to);
  to.member("delivered_as_spam", of.spam());
  to.member("harmed", of.harmed());
  write_counts("would_be_told", of.told(), to);
  to.key("harmed_mails").begin_array();
  for (const replay::hurt& each : of.shown())
    write_mail(each, to);
  to.end_array();
  to.end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::reports
