#include "core/postfix/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spfblock::postfix {
namespace {

using protocols::door;

/// A restriction and what it looks up.
using looks_up = std::pair<std::string_view, std::string_view>;

constexpr std::array<looks_up, 8> never_the_client{{
    {"check_helo_access", "HELO names"},
    {"check_sender_access", "senders"},
    {"check_recipient_access", "recipients"},
    {"check_etrn_access", "the domains of ETRN"},
    {"check_ccert_access", "certificates"},
    {"check_sasl_access", "logins"},
    {"check_reverse_client_hostname_access", "names of clients"},
    {"check_client_hostname_access", "names of clients"},
}};

/// What a table stands for that no restriction goes before.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6>
    usual_restriction{{
        {"smtpd_client_restrictions", "check_client_access"},
        {"smtpd_helo_restrictions", "check_helo_access"},
        {"smtpd_sender_restrictions", "check_sender_access"},
        {"smtpd_relay_restrictions", "check_recipient_access"},
        {"smtpd_recipient_restrictions", "check_recipient_access"},
        {"smtpd_etrn_restrictions", "check_etrn_access"},
    }};

template <std::size_t N>
std::string_view
found_in(const std::array<std::pair<std::string_view, std::string_view>, N>& of,
         std::string_view key) {
  const auto found = std::find_if(of.begin(), of.end(), [&](const auto& each) {
    return each.first == key;
  });
  return found == of.end() ? std::string_view{} : found->second;
}

/// Its name, or that of what it stands for; empty where smtpd knows neither.
std::string_view name_of(const asking_place& at) {
  return at.by.name.empty() ? found_in(usual_restriction, at.list)
                            : std::string_view{at.by.name};
}

/// Whether smtpd asks there before it is told what comes behind `list`.
bool asks_at_once(const asking_place& at) {
  return at.postfix.value(at.of, "smtpd_delay_reject") == "no";
}

bool is_in(const asking_place& at,
           std::initializer_list<std::string_view> lists) {
  return std::find(lists.begin(), lists.end(), at.list) != lists.end();
}

/// Whether own users are known by then.
void judge_own_users(const asking_place& at, door door, opinion& into) {
  if (at.postfix.value(at.of, "smtpd_sasl_auth_enable") != "yes")
    return;
  if (asks_at_once(at) &&
      is_in(at, {"smtpd_client_restrictions", "smtpd_helo_restrictions"}))
    into.wrong("own users are looked up, too: with smtpd_delay_reject = no "
               "nobody has logged in by then");
  // The policy door knows who has logged in.
  else if (!at.before.own_users && door != door::policy)
    into.wrong("own users are looked up, too: permit_sasl_authenticated does "
               "not stand before");
}

/// Whether recipients are known by then, as the policy door wants to know them.
void judge_recipients(const asking_place& at, opinion& into) {
  if (asks_at_once(at) &&
      is_in(at, {"smtpd_client_restrictions", "smtpd_helo_restrictions",
                 "smtpd_sender_restrictions"}))
    into.concern("with smtpd_delay_reject = no it is asked before the "
                 "recipient is known: allow.recipients does not count");
  else if (is_in(at,
                 {"smtpd_data_restrictions", "smtpd_end_of_data_restrictions"}))
    into.concern("the recipients of a mail to several are not told there: "
                 "allow.recipients does not count");
}

} // namespace

void said_before::note(const restriction& of) {
  only_warns = of.name == "warn_if_reject";
  if (of.name == "permit_mynetworks")
    own_networks = true;
  else if (of.name == "permit_sasl_authenticated")
    own_users = true;
  else if (of.name == "permit_auth_destination")
    own_mail = true;
  else if (end.empty() &&
           (of.name == "permit" || of.name == "reject" || of.name == "defer"))
    end = of.name;
}

bool asks_for_client(const asking_place& at) {
  const std::string_view name = name_of(at);
  return name == "check_client_access" || name == "check_policy_service" ||
         name == "reject_rbl_client";
}

void judge_place(const asking_place& at, door door, const std::string& server,
                 opinion& into) {
  if (!at.before.end.empty())
    into.wrong(fmt::format("{} stands behind \"{}\", and is never asked",
                           server, at.before.end));
  if (at.before.own_mail)
    into.wrong(fmt::format("{} stands behind permit_auth_destination, which "
                           "lets in all mail to own domains",
                           server));
  if (at.list == "smtpd_etrn_restrictions")
    into.wrong(fmt::format("{} is asked for ETRN, never for mail", server));
  if (name_of(at).empty())
    into.wrong(fmt::format("smtpd answers 451: no check_client_access stands "
                           "before {}",
                           at.by.argument));
  else if (const auto what = found_in(never_the_client, name_of(at));
           !what.empty())
    into.wrong(fmt::format("{} looks {} up, never the client's address: nobody "
                           "is found (expected check_client_access)",
                           name_of(at), what));
  if (!asks_for_client(at))
    return;
  if (!at.before.own_networks)
    into.wrong("own networks are looked up, too: permit_mynetworks does not "
               "stand before");
  judge_own_users(at, door, into);
  if (door == door::policy)
    judge_recipients(at, into);
}

} // namespace spfblock::postfix
