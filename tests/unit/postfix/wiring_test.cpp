// Tests also: asking, relaying, restrictions.
#include "core/postfix/wiring.hpp"
#include "core/postfix/zone_asking.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

namespace wiring_test {

using namespace spfblock;
using namespace spfblock::postfix;

namespace {

/// Doors at 127.0.0.1:10060 (tcp_table), :10062 (policy), :10064 (socketmap),
/// and policy at /var/spool/postfix/spfblock/policy.
config::settings with_doors() {
  using protocols::door;
  config::settings made;
  made.listen = {{door::tcp_table, *net::endpoint::parse("127.0.0.1:10060")},
                 {door::policy, *net::endpoint::parse("127.0.0.1:10062")},
                 {door::socketmap, *net::endpoint::parse("127.0.0.1:10064")},
                 {door::policy, net::socket_address::at_path(
                                    "/var/spool/postfix/spfblock/policy")}};
  return made;
}

constexpr const char* defaults =
    "mail_version = 3.7.11\n"
    "queue_directory = /var/spool/postfix\n"
    "default_process_limit = 100\n"
    "smtpd_sasl_auth_enable = no\n"
    "smtpd_policy_service_default_action = 451 4.3.5 Server configuration "
    "problem\n"
    "smtpd_policy_service_timeout = 100s\n"
    "smtpd_policy_service_try_limit = 2\n"
    "smtpd_policy_service_retry_delay = 1s\n";

constexpr const char* smtp = "smtp inet n - n - - smtpd\n";

std::string findings_of(const postconf_texts& texts,
                        const config::settings& settings = with_doors()) {
  std::string all;
  for (const finding& each : wiring_of(setup{texts}, settings))
    all +=
        (each.how == verdict::wrong ? "WRONG " : "") + each.to_string() + '\n';
  return all;
}

/// Of a main.cf with these lines, and one smtpd.
std::string of_main(const std::string& lines) {
  return findings_of({defaults + lines, smtp, ""});
}

/// Of client restrictions behind permit_mynetworks, without the place.
std::string of_client(const std::string& rest) {
  constexpr std::string_view place = "main.cf: smtpd_client_restrictions: ";
  std::string said =
      of_main("smtpd_client_restrictions = permit_mynetworks, " + rest + "\n");
  for (auto at = said.find(place); at != std::string::npos;
       at = said.find(place))
    said.erase(at, place.size());
  return said;
}

constexpr const char* ours =
    "(tcp_table 127.0.0.1:10060, policy 127.0.0.1:10062, socketmap "
    "127.0.0.1:10064, policy unix:/var/spool/postfix/spfblock/policy)\n";

} // namespace

TEST_CASE("wiring: the lines of the documentation are good",
          "[postfix][wiring]") {
  CHECK(of_client("check_client_access tcp:127.0.0.1:10060, permit") ==
        "asks 127.0.0.1:10060, tcp_table\n");
  CHECK(of_client("check_policy_service { inet:127.0.0.1:10062, "
                  "default_action=DUNNO, timeout=2s }") ==
        "asks 127.0.0.1:10062, policy\n");
  CHECK(of_client("check_client_access socketmap:inet:127.0.0.1:10064:x") ==
        "asks 127.0.0.1:10064, socketmap\n");
  CHECK(of_client("check_policy_service {unix:spfblock/policy,"
                  "default_action=DUNNO,timeout=2s}") ==
        "asks unix:spfblock/policy, policy\n");
  CHECK(of_client("tcp:[127.0.0.1]:10060") ==
        "asks 127.0.0.1:10060, tcp_table\n");
  CHECK(of_client("CHECK_CLIENT_ACCESS tcp:127.0.0.1:10060") ==
        "asks 127.0.0.1:10060, tcp_table\n");
}

TEST_CASE("wiring: nobody asks", "[postfix][wiring]") {
  const std::string nobody =
      std::string{"WRONG main.cf: no smtpd asks a door of `listen` "} + ours;
  CHECK(of_main("") == nobody);
  CHECK(of_client("reject_rbl_client zen.example, "
                  "check_client_access cidr:/etc/x") == nobody);
  CHECK(of_client("check_client_access tcp:127.0.0.1:10066") ==
        nobody + "WRONG asks 127.0.0.1:10066, where `listen` has nothing\n");
  CHECK(of_client("check_policy_service inet:127.0.0.1:10023, "
                  "check_client_access tcp:192.0.2.1:10060") ==
        nobody + "WRONG asks 127.0.0.1:10023, where `listen` has nothing\n"
                 "WRONG asks 192.0.2.1:10060, where `listen` has nothing\n");
  // Where somebody asks, other services are nobody's business here.
  CHECK(of_client("check_policy_service inet:127.0.0.1:10023, "
                  "check_client_access tcp:127.0.0.1:10060") ==
        "asks 127.0.0.1:10060, tcp_table\n");
}

TEST_CASE("wiring: own networks and users go before", "[postfix][wiring]") {
  const std::string networks = "WRONG main.cf: smtpd_client_restrictions: own "
                               "networks are looked up, too: permit_mynetworks "
                               "does not stand before\n";
  const std::string users = "WRONG main.cf: smtpd_client_restrictions: own "
                            "users are looked up, too: "
                            "permit_sasl_authenticated does not stand before\n";
  const std::string list = "smtpd_client_restrictions = ";
  const std::string ask = "check_client_access tcp:127.0.0.1:10060";
  CHECK(of_main(list + ask + ", permit_mynetworks\n") == networks);
  const std::string sasl = "smtpd_sasl_auth_enable = yes\n";
  CHECK(of_main(sasl + list + ask + '\n') == networks + users);
  CHECK(of_main(sasl + list + "permit_mynetworks " + ask + '\n') == users);
  CHECK(of_main(sasl + list + "permit_mynetworks permit_sasl_authenticated " +
                ask + '\n') ==
        "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, "
        "tcp_table\n");
  // The policy door knows who has logged in.
  CHECK(of_main(sasl + list +
                "permit_mynetworks check_policy_service { "
                "inet:127.0.0.1:10062, default_action=DUNNO, timeout=2s }\n") ==
        "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10062, policy\n");
  // Who sends for whom is another question.
  CHECK(of_main("smtpd_sender_restrictions = check_sender_mx_access "
                "tcp:127.0.0.1:10060\n") ==
        "main.cf: smtpd_sender_restrictions: asks 127.0.0.1:10060, "
        "tcp_table\n");
}

TEST_CASE("wiring: what stands behind the end of a list is never asked",
          "[postfix][wiring]") {
  CHECK(of_client("permit, check_client_access tcp:127.0.0.1:10060") ==
        "WRONG 127.0.0.1:10060 stands behind \"permit\", and is never asked\n");
  CHECK(of_client("warn_if_reject check_client_access tcp:127.0.0.1:10060") ==
        "asks 127.0.0.1:10060, tcp_table\n"
        "warning: warn_if_reject: who is listed is logged, not rejected\n");
}

TEST_CASE("wiring: how a door is asked", "[postfix][wiring]") {
  CHECK(of_client("check_client_access tcp:localhost:10060") ==
        "WRONG asks localhost:10060 by a name, which a chrooted smtpd cannot "
        "look up (expected 127.0.0.1:10060)\n");
  CHECK(of_client("check_client_access proxy:tcp:127.0.0.1:10060") ==
        "WRONG asks through proxy:, where one slow answer holds up all "
        "others\n");
  CHECK(of_client("check_client_access "
                  "pipemap:{proxy:tcp:127.0.0.1:10060,static:x}") ==
        "WRONG asks through proxy:, where one slow answer holds up all "
        "others\n");
  CHECK(of_client("check_client_access tcp:127.0.0.1:10062") ==
        "WRONG asks 127.0.0.1:10062 in tcp_table, where `listen` has policy\n");
  CHECK(of_client("check_policy_service { inet:127.0.0.1:10060, "
                  "default_action=DUNNO, timeout=2s }") ==
        "WRONG asks 127.0.0.1:10060 in policy, where `listen` has "
        "tcp_table\n");
}

TEST_CASE("wiring: the options of the policy door", "[postfix][wiring]") {
  const auto with = [](const std::string& options) {
    return of_client("check_policy_service { inet:127.0.0.1:10062" + options +
                     " }");
  };
  const std::string good = "asks 127.0.0.1:10062, policy\n";
  const std::string slow = "warning: a server that hangs holds each mail for "
                           "more than ten seconds: timeout=2s is missing\n";
  const std::string closed = "WRONG mail is deferred while spfblock is away: "
                             "default_action=DUNNO is missing\n";
  CHECK(with("") == closed + slow);
  CHECK(of_client("check_policy_service inet:127.0.0.1:10062") ==
        closed + slow);
  CHECK(with(", timeout=2s") == closed);
  CHECK(with(", default_action=DUNNO") == slow + good);
  CHECK(with(", default_action=DUNNO, timeout=1m") == slow + good);
  CHECK(with(", timeout=2s, { default_action = DEFER come later }") == good);
  CHECK(with(", timeout=2s, default_action=DEFER later") ==
        "WRONG smtpd does not start: \"later\" is no option (a value with a "
        "blank needs braces around the option)\n");
  for (const char* zero : {"0", "0s"})
    CHECK(with(", default_action=DUNNO, timeout=2s, retry_delay=" +
               std::string{zero}) ==
          "WRONG smtpd does not start: retry_delay=" + std::string{zero} +
              " (expected 1s at least)\n");
  CHECK(with(", default_action=DUNNO, timeout=2s, retries=3") ==
        "WRONG smtpd does not start: there is no option \"retries\"\n");
  CHECK(with(", default_action=DUNNO, timeout=2s, try_limit=1") ==
        "warning: try_limit=1: a restart of spfblock lets the rest of a "
        "session through\n" +
            good);
  // Parameters of main.cf stand for options.
  CHECK(findings_of({std::string{defaults} +
                         "smtpd_policy_service_default_action = DUNNO\n"
                         "smtpd_policy_service_timeout = 3s\n"
                         "smtpd_client_restrictions = permit_mynetworks, "
                         "check_policy_service inet:127.0.0.1:10062\n",
                     smtp, ""}) ==
        "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10062, policy\n");
  CHECK(findings_of(
            {std::string{defaults} +
                 "mail_version = 2.11.3\n"
                 "smtpd_client_restrictions = permit_mynetworks, "
                 "check_policy_service { inet:127.0.0.1:10062, timeout=2s, "
                 "default_action=DUNNO }\n",
             smtp, ""})
            .find("Postfix 2.11.3 knows no options in braces") !=
        std::string::npos);
}

TEST_CASE("wiring: restriction classes are followed", "[postfix][wiring]") {
  const std::string classes = "smtpd_restriction_classes = strict, endless\n"
                              "endless = endless\n";
  CHECK(of_main(classes +
                "strict = check_client_access tcp:127.0.0.1:10060\n"
                "smtpd_recipient_restrictions = permit_mynetworks, endless, "
                "strict, reject_unauth_destination\n") ==
        "main.cf: smtpd_recipient_restrictions: asks 127.0.0.1:10060, "
        "tcp_table\n");
  CHECK(of_main(classes + "strict = permit_mynetworks\n"
                          "smtpd_client_restrictions = strict, "
                          "check_client_access tcp:127.0.0.1:10060\n") ==
        "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, "
        "tcp_table\n");
}

TEST_CASE("wiring: master.cf says otherwise for a service",
          "[postfix][wiring]") {
  const std::string main =
      std::string{defaults} +
      "smtpd_client_restrictions = permit_mynetworks, check_client_access "
      "tcp:127.0.0.1:10060\n";
  const std::string asks =
      "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, tcp_table\n";
  const std::string services = std::string{smtp} +
                               "submission inet n - n - - smtpd\n"
                               "smtps inet n - n - - smtpd\n";
  CHECK(findings_of({main, services,
                     "submission/inet/smtpd_client_restrictions = "
                     "permit_sasl_authenticated, reject\n"}) == asks);
  CHECK(findings_of({main, services,
                     "submission/inet/smtpd_client_restrictions = "
                     "check_client_access tcp:127.0.0.1:10060\n"}) ==
        asks + "WRONG master.cf: submission/inet: smtpd_client_restrictions: "
               "own networks are looked up, too: permit_mynetworks does not "
               "stand before\n");
  CHECK(findings_of(
            {main, services, "smtp/inet/smtpd_client_restrictions = \n"}) ==
        asks + "master.cf: smtp/inet: warning: does not ask, while others "
               "do\n");
}

TEST_CASE("wiring: postscreen", "[postfix][wiring]") {
  const std::string services = "smtp inet n - y - 1 postscreen\n"
                               "smtpd pass - - y - - smtpd\n";
  const std::string list = "smtpd_client_restrictions = permit_mynetworks, "
                           "check_client_access tcp:127.0.0.1:10060\n";
  const std::string asks =
      "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, tcp_table\n";
  CHECK(findings_of({std::string{defaults} + list +
                         "postscreen_access_list = permit_mynetworks, "
                         "cidr:/etc/x, tcp:127.0.0.1:10099\n",
                     services, ""}) == asks);
  CHECK(findings_of({std::string{defaults} + list +
                         "postscreen_access_list = permit_mynetworks, "
                         "tcp:127.0.0.1:10060\n",
                     services, ""}) ==
        "WRONG main.cf: postscreen_access_list: a table that is away for ten "
        "seconds ends postscreen, with all its connections: ask in "
        "smtpd_client_restrictions\n" +
            asks);
}

TEST_CASE("wiring: a chrooted smtpd has its own root", "[postfix][wiring]") {
  const auto with = [](const char* path, const char* chroot) {
    return findings_of({std::string{defaults} +
                            "smtpd_client_restrictions = permit_mynetworks, "
                            "check_policy_service { unix:" +
                            path + ", default_action=DUNNO, timeout=2s }\n",
                        std::string{"smtp inet n - "} + chroot + " - - smtpd\n",
                        ""})
        .starts_with("main.cf: smtpd_client_restrictions: asks unix:");
  };
  CHECK(with("spfblock/policy", "y"));
  CHECK(with("spfblock/policy", "n"));
  CHECK(with("/spfblock/policy", "y"));
  CHECK_FALSE(with("/spfblock/policy", "n"));
  CHECK(with("/var/spool/postfix/spfblock/policy", "n"));
  CHECK_FALSE(with("/var/spool/postfix/spfblock/policy", "y"));
}

TEST_CASE("wiring: each smtpd holds a connection", "[postfix][wiring]") {
  const std::string main =
      std::string{defaults} +
      "smtpd_client_restrictions = permit_mynetworks, check_client_access "
      "tcp:127.0.0.1:10060\n";
  const std::string asks =
      "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, tcp_table\n";
  config::settings settings = with_doors();
  settings.connections = 130;
  const auto with = [&](const char* services) {
    return findings_of({main, services, ""}, settings);
  };
  CHECK(with(smtp) == asks);
  CHECK(with("smtp inet n - n - - smtpd\nsmtps inet n - n - 30 smtpd\n") ==
        asks);
  CHECK(with("smtp inet n - n - - smtpd\nsmtps inet n - n - 31 smtpd\n") ==
        asks + "WRONG master.cf: up to 131 smtpd processes ask, and "
               "`connections` is 130\n");
  CHECK(with("smtp inet n - n - 0 smtpd\n") ==
        asks + "master.cf: smtp/inet: warning: has no limit of processes, each "
               "of which holds one of 130 connections\n");
}

TEST_CASE("wiring: a door that listens on all addresses is at each",
          "[postfix][wiring]") {
  config::settings settings;
  settings.listen = {
      {protocols::door::tcp_table, *net::endpoint::parse("0.0.0.0:10060")}};
  const auto with = [&](const char* host) {
    return findings_of({std::string{defaults} +
                            "smtpd_client_restrictions = permit_mynetworks, "
                            "check_client_access tcp:" +
                            host + ":10060\n",
                        smtp, ""},
                       settings);
  };
  CHECK_THAT(with("192.0.2.7"), Catch::EndsWith("tcp_table\n"));
  CHECK_THAT(with("[::1]"), Catch::StartsWith("WRONG"));
}

TEST_CASE("wiring: options with which smtpd does not start or defers",
          "[postfix][wiring]") {
  const auto with = [](const std::string& option) {
    return of_client("check_policy_service { inet:127.0.0.1:10062, timeout=2s, "
                     "default_action=DUNNO, " +
                     option + " }");
  };
  const std::string fatal = "WRONG smtpd does not start: ";
  CHECK(with("max_idle=0") == fatal + "max_idle=0 (expected 1s at least)\n");
  CHECK(with("max_ttl=2x") == fatal + "max_ttl=2x (expected 1s at least)\n");
  CHECK(with("try_limit=0") == fatal + "try_limit=0 (expected 1 at least)\n");
  CHECK(with("retry_delay = 2s") ==
        fatal + "\"retry_delay\" is no option (a value with a blank needs "
                "braces around the option)\n");
  CHECK(with("{ retry_delay = 2s }") == "asks 127.0.0.1:10062, policy\n");
  const auto by_default = [](const std::string& action) {
    return of_client("check_policy_service { inet:127.0.0.1:10062, timeout=2s, "
                     "{ default_action=" +
                     action + " } }");
  };
  CHECK(by_default("") == fatal + "default_action= (expected DUNNO)\n");
  CHECK(by_default("ok") ==
        "WRONG default_action=ok: mail passes all that follows while spfblock "
        "is away (expected DUNNO)\n");
  CHECK(by_default("REJECT away") ==
        "WRONG default_action=REJECT away: all mail is rejected while spfblock "
        "is away (expected DUNNO)\n");
  CHECK(by_default("550 5.7.1 away") ==
        "WRONG default_action=550 5.7.1 away: all mail is rejected while "
        "spfblock is away (expected DUNNO)\n");
  CHECK(by_default("PASS") ==
        "WRONG default_action=PASS: smtpd knows no such action, and answers "
        "451 while spfblock is away (expected DUNNO)\n");
  for (const char* good : {"dunno", "DEFER_IF_PERMIT later", "WARN away"})
    CHECK(by_default(good) == "asks 127.0.0.1:10062, policy\n");
}

TEST_CASE("wiring: what is no policy service, no table, no restriction",
          "[postfix][wiring]") {
  // What smtpd makes of it comes first; nobody asks then.
  const auto first_of = [](const std::string& rest) {
    const std::string said = of_client(rest);
    const auto at = said.find("WRONG smtpd ");
    return at == std::string::npos ? said
                                   : said.substr(at, said.find('\n', at) - at);
  };
  CHECK(first_of("check_policy_service tcp:127.0.0.1:10062") ==
        "WRONG smtpd does not start: \"tcp:127.0.0.1:10062\" is no policy "
        "service (expected inet:HOST:PORT or unix:PATH; its options stand with "
        "it in one pair of braces)");
  CHECK(
      first_of("check_policy_service { inet:127.0.0.1:10062, timeout=2s")
          .starts_with("WRONG smtpd does not start: \"{ inet:127.0.0.1:10062, "
                       "timeout=2s\" is no policy service"));
  CHECK(first_of("check_client_access inet:127.0.0.1:10060") ==
        "WRONG smtpd answers 451: \"inet:127.0.0.1:10060\" is no table "
        "(expected tcp:127.0.0.1:10060)");
  CHECK(first_of("check_policy_service inet:127.0.0.1:10062, timeout=2s") ==
        "WRONG smtpd answers 451: \"timeout=2s\" is no restriction (an option "
        "stands within the braces of its policy service)");
  CHECK(first_of("check_client_access tcp:127.0.0.1") ==
        "WRONG smtpd ends at the first lookup: tcp:127.0.0.1 names no port");
  CHECK(first_of("check_policy_service") ==
        "WRONG smtpd answers 451: nothing stands behind check_policy_service");
  CHECK(of_client("check_client_access socketmap:inet:127.0.0.1:10064") ==
        "WRONG smtpd ends at the first lookup: socketmap:inet:127.0.0.1:10064 "
        "lacks a name "
        "(expected socketmap:inet:127.0.0.1:10064:spfblock)\n");
}

TEST_CASE("wiring: a table is asked for the client", "[postfix][wiring]") {
  const auto in = [](const std::string& list, const std::string& rest) {
    const std::string said = of_main("smtpd_sasl_auth_enable = no\n" + list +
                                     " = permit_mynetworks, " + rest + '\n');
    const auto end = said.find(list + ": ");
    REQUIRE(end != std::string::npos);
    return said.substr(end + list.size() + 2);
  };
  const auto never = [](const std::string& restriction,
                        const std::string& what) {
    return restriction + " looks " + what +
           " up, never the client's address: nobody is found (expected "
           "check_client_access)\n";
  };
  const std::string table = "tcp:127.0.0.1:10060";
  const std::string good = "asks 127.0.0.1:10060, tcp_table\n";
  CHECK(in("smtpd_helo_restrictions", "check_helo_access " + table) ==
        never("check_helo_access", "HELO names"));
  CHECK(in("smtpd_sender_restrictions", "check_sender_access " + table) ==
        never("check_sender_access", "senders"));
  CHECK(in("smtpd_recipient_restrictions", "check_recipient_access " + table) ==
        never("check_recipient_access", "recipients"));
  CHECK(in("smtpd_client_restrictions", "check_sasl_access " + table) ==
        never("check_sasl_access", "logins"));
  CHECK(in("smtpd_client_restrictions",
           "check_reverse_client_hostname_access " + table) ==
        never("check_reverse_client_hostname_access", "names of clients"));
  // A table alone is asked for what its list is about.
  CHECK(in("smtpd_client_restrictions", table) == good);
  CHECK(in("smtpd_sender_restrictions", table) ==
        never("check_sender_access", "senders"));
  CHECK(in("smtpd_relay_restrictions", table) ==
        never("check_recipient_access", "recipients"));
  CHECK(in("smtpd_data_restrictions", table) ==
        "smtpd answers 451: no check_client_access stands before " + table +
            '\n');
  for (const char* list :
       {"smtpd_helo_restrictions", "smtpd_sender_restrictions",
        "smtpd_relay_restrictions", "smtpd_recipient_restrictions",
        "smtpd_data_restrictions"})
    CHECK(in(list, "check_client_access " + table) == good);
  CHECK(in("smtpd_sender_restrictions", "check_sender_ns_access " + table) ==
        good);
  CHECK(in("smtpd_etrn_restrictions", "check_client_access " + table) ==
        "127.0.0.1:10060 is asked for ETRN, never for mail\n");
  CHECK(in("smtpd_recipient_restrictions",
           "permit_auth_destination, check_client_access " + table) ==
        "127.0.0.1:10060 stands behind permit_auth_destination, which lets in "
        "all mail to own domains\n");
}

TEST_CASE("wiring: what is known of a mail where a door is asked",
          "[postfix][wiring]") {
  const std::string at_once =
      "smtpd_delay_reject = no\nsmtpd_sasl_auth_enable = yes\n";
  const std::string policy = "check_policy_service { inet:127.0.0.1:10062, "
                             "default_action=DUNNO, timeout=2s }\n";
  const std::string first = " = permit_mynetworks, permit_sasl_authenticated, ";
  const std::string table = "check_client_access tcp:127.0.0.1:10060\n";
  const std::string users = "own users are looked up, too: with "
                            "smtpd_delay_reject = no nobody has logged in by "
                            "then\n";
  const std::string recipient =
      "with smtpd_delay_reject = no it is asked before "
      "the recipient is known: allow.recipients does "
      "not count\n";
  const auto place = [](const char* list) {
    return "main.cf: smtpd_" + std::string{list} + "_restrictions: ";
  };
  CHECK(of_main(at_once + "smtpd_client_restrictions" + first + table) ==
        "WRONG " + place("client") + users);
  CHECK(of_main(at_once + "smtpd_client_restrictions" + first + policy) ==
        "WRONG " + place("client") + users + place("client") +
            "warning: " + recipient);
  CHECK(of_main(at_once + "smtpd_sender_restrictions" + first + policy) ==
        place("sender") + "warning: " + recipient + place("sender") +
            "asks 127.0.0.1:10062, policy\n");
  CHECK(of_main(at_once + "smtpd_recipient_restrictions" + first + policy) ==
        place("recipient") + "asks 127.0.0.1:10062, policy\n");
  CHECK(of_main("smtpd_data_restrictions" + first + policy) ==
        place("data") +
            "warning: the recipients of a mail to several are not told there: "
            "allow.recipients does not count\n" +
            place("data") + "asks 127.0.0.1:10062, policy\n");
  // Once is enough.
  CHECK(of_main("smtpd_client_restrictions" + first + table +
                "smtpd_recipient_restrictions" + first + table) ==
        place("client") + "asks 127.0.0.1:10060, tcp_table\n" +
            place("recipient") + "asks 127.0.0.1:10060, tcp_table\n" +
            place("recipient") +
            "warning: asks 127.0.0.1:10060 once more for the same mail: "
            "smtpd_client_restrictions has asked\n");
}

TEST_CASE("wiring: what spares who is listed", "[postfix][wiring]") {
  const std::string list = "smtpd_client_restrictions = permit_mynetworks, "
                           "check_client_access tcp:127.0.0.1:10060\n";
  const std::string asks =
      "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, tcp_table\n";
  CHECK(of_main(list + "mynetworks = 127.0.0.0/8, 0.0.0.0/0\n") ==
        asks + "WRONG main.cf: mynetworks: everybody is in the own networks: "
               "nobody is looked up behind permit_mynetworks\n");
  CHECK(of_main(list + "mynetworks = 127.0.0.0/8 tcp:127.0.0.1:10060\n") ==
        asks + "WRONG main.cf: mynetworks: 127.0.0.1:10060 makes who is listed "
               "one of the own networks, which may relay\n");
  CHECK(of_main(list + "transport_maps = cdb:/x, tcp:127.0.0.1:10060\n") ==
        asks + "WRONG main.cf: transport_maps: asks 127.0.0.1:10060, which "
               "knows nothing but clients that are listed\n");
  CHECK(of_main(list + "soft_bounce = yes\n") ==
        asks + "main.cf: soft_bounce: warning: who is listed is deferred, not "
               "rejected\n");
}

TEST_CASE("wiring: a class that no list names", "[postfix][wiring]") {
  const std::string classes =
      "smtpd_restriction_classes = strict, other\n"
      "strict = check_client_access tcp:127.0.0.1:10060\n"
      "other = reject_rbl_client bl.example\n";
  CHECK(of_main(classes + "smtpd_recipient_restrictions = "
                          "check_recipient_access hash:/etc/postfix/who\n") ==
        "main.cf: strict: warning: asks 127.0.0.1:10060, but no list names "
        "this class: only mail for which a table does is looked up\n");
}

namespace {

config::settings with_dnsbl() {
  config::settings made;
  made.listen = {
      {protocols::door::dnsbl, *net::endpoint::parse("127.0.0.1:10053")}};
  made.listen.front().list.emplace(*dns::name::from_text("bl.example.org"),
                                   net::address_set{});
  return made;
}

} // namespace

TEST_CASE("wiring: reject_rbl_client asks the door dnsbl",
          "[postfix][wiring][dnsbl]") {
  const auto with = [](const std::string& rest) {
    const std::string list = "smtpd_client_restrictions";
    const std::string said = findings_of(
        {defaults + list + " = permit_mynetworks, " + rest + '\n', smtp, ""},
        with_dnsbl());
    const auto end = said.find(list + ": ");
    return end == std::string::npos ? said : said.substr(end + 27);
  };
  CHECK(with("reject_rbl_client bl.example.org=127.0.0.2") ==
        "asks bl.example.org, dnsbl\n");
  CHECK(with("reject_rbl_client BL.example.ORG=127.0.0.[2..4;9]") ==
        "asks BL.example.ORG, dnsbl\n");
  CHECK(with("reject_rbl_client bl.example.org") ==
        "warning: without a filter any answer counts, were it made up by a "
        "resolver (expected bl.example.org=127.0.0.2)\n"
        "main.cf: smtpd_client_restrictions: asks bl.example.org, dnsbl\n");
  CHECK(with("reject_rbl_client bl.example.org=127.0.0.3") ==
        "bl.example.org=127.0.0.3 never holds: the door answers 127.0.0.2\n");
  CHECK(with("permit_dnswl_client bl.example.org=127.0.0.2") ==
        "permit_dnswl_client lets in who is listed (expected "
        "reject_rbl_client)\n");
  CHECK(with("reject_rhsbl_sender bl.example.org=127.0.0.2") ==
        "reject_rhsbl_sender looks names up, and bl.example.org lists "
        "addresses: nobody is found (expected reject_rbl_client)\n");
  CHECK(with("permit, reject_rbl_client bl.example.org=127.0.0.2") ==
        "bl.example.org stands behind \"permit\", and is never asked\n");
  CHECK(with("reject_rbl_client zen.example") ==
        "WRONG main.cf: no smtpd asks a door of `listen` (dnsbl "
        "127.0.0.1:10053)\n");
  CHECK(findings_of({std::string{defaults} +
                         "smtpd_client_restrictions = reject_rbl_client "
                         "bl.example.org=127.0.0.2\n",
                     smtp, ""},
                    with_dnsbl()) ==
        "WRONG main.cf: smtpd_client_restrictions: own networks are looked up, "
        "too: permit_mynetworks does not stand before\n");
}

TEST_CASE("wiring: postscreen asks the door dnsbl",
          "[postfix][wiring][dnsbl]") {
  const auto with = [](const std::string& sites,
                       const std::string& more = "postscreen_dnsbl_action = "
                                                 "enforce\n",
                       const char* dnsblog =
                           "dnsblog unix - - y - 0 dnsblog\n") {
    std::string said = findings_of(
        {std::string{defaults} + "postscreen_dnsbl_threshold = 3\n" + more +
             "postscreen_dnsbl_sites = " + sites + '\n',
         std::string{"smtp inet n - y - 1 postscreen\n"
                     "smtpd pass - - y - - smtpd\n"} +
             dnsblog,
         ""},
        with_dnsbl());
    const std::string_view place = "main.cf: postscreen_dnsbl_sites: ";
    for (auto at = said.find(place); at != std::string::npos;
         at = said.find(place))
      said.erase(at, place.size());
    return said;
  };
  const std::string asks = "asks bl.example.org, dnsbl\n";
  CHECK(with("zen.example*2, bl.example.org=127.0.0.2*3") == asks);
  CHECK(with("bl.example.org=127.0.0.2*2") ==
        "warning: it counts 2 of the 3 that it takes to reject "
        "(postscreen_dnsbl_threshold)\n" +
            asks);
  CHECK(with("bl.example.org=127.0.0.2*-3") ==
        "WRONG -3 counts in favour of who is listed\n");
  CHECK(with("bl.example.org=127.0.0.2*0") == "WRONG it counts nothing\n");
  CHECK(with("bl.example.org=127.0.1.2*3") ==
        "WRONG bl.example.org=127.0.1.2 never holds: the door answers "
        "127.0.0.2\n");
  CHECK(with("bl.example.org=127.0.0.2*3", "") == asks);
  CHECK(with("bl.example.org=127.0.0.2*3",
             "postscreen_dnsbl_action = ignore\n") ==
        "warning: postscreen_dnsbl_action = ignore: who is listed is logged, "
        "not rejected\n" +
            asks);
  CHECK(with("bl.example.org=127.0.0.2*3",
             "postscreen_dnsbl_action = enforce\n", "") ==
        "WRONG master.cf has no service dnsblog: nobody is looked up\n");
}

TEST_CASE("wiring: filters of a DNSBL", "[postfix][zone_asking]") {
  for (const char* good :
       {"", "127.0.0.2", "127.0.0.[2]", "127.0.0.[1..255]", "127.[0;1].0.[4;2]",
        "[0..255].[0..255].[0..255].[0..255]"})
    CHECK(takes_our_answer(good));
  for (const char* bad :
       {"127.0.0.3", "127.0.0", "127.0.0.2.1", "127.0.0.[3..9]", "127.0.0.[2",
        "x", "127.0.0.[]", "[", "..."})
    CHECK_FALSE(takes_our_answer(bad));
  const auto asked = asked_zone_of("bl.example.org=127.0.0.[2;3]*-4");
  CHECK(asked.name == "bl.example.org");
  CHECK(asked.filter == "127.0.0.[2;3]");
  CHECK(asked.weight == -4);
  CHECK(asked_zone_of("a*x").weight == 0);
  CHECK(asked_zone_of("a").weight == 1);
}

TEST_CASE("wiring: an action that lets in stands behind what keeps strangers "
          "from relaying",
          "[postfix][wiring]") {
  /// Of lists in which `$ask` is a door, where a network has that action.
  const auto with = [](const std::string& relay, const std::string& recipient,
                       const std::string& action = "OK",
                       const std::string& more = "") {
    config::settings settings = with_doors();
    settings.networks.push_back(
        {*net::ip_prefix::parse("192.0.2.0/24"),
         *table::action::parse(action, {"friends", "foes"}),
         {}});
    const std::string said = findings_of(
        {std::string{defaults} + more +
             "smtpd_restriction_classes = friends, foes\n"
             "friends = check_helo_access hash:/x, permit\n"
             "foes = reject\n"
             "smtpd_relay_restrictions = " +
             relay + "\nsmtpd_recipient_restrictions = " + recipient + '\n',
         smtp, ""},
        settings);
    std::string wrong;
    for (const auto line : split(said, '\n'))
      if (line.find("anywhere") != std::string_view::npos)
        wrong += std::string{line} + '\n';
    return wrong;
  };
  const std::string ask = "permit_mynetworks, check_client_access "
                          "tcp:127.0.0.1:10060, ";
  const std::string policy =
      "permit_mynetworks, check_policy_service { inet:127.0.0.1:10062, "
      "default_action=DUNNO, timeout=2s }, ";
  const std::string shut = "reject_unauth_destination";
  const std::string guarded = "permit_mynetworks, defer_unauth_destination";
  const auto open = [](const std::string& list, const std::string& server,
                       const std::string& action = "OK") {
    return "WRONG main.cf: smtpd_" + list +
           "_restrictions: who is listed with the action " + action +
           " may send mail to anywhere: " + server +
           " stands before reject_unauth_destination\n";
  };
  const std::string table = "127.0.0.1:10060";

  CHECK(with("", ask + shut) == open("recipient", table));
  CHECK(with("", policy + shut) == open("recipient", "127.0.0.1:10062"));
  CHECK(with("", ask + shut, "ok of course") ==
        open("recipient", table, "ok of course"));
  CHECK(with("", ask + shut, "friends") == open("recipient", table, "friends"));
  CHECK(with(ask + shut, "") == open("relay", table));
  CHECK(with(ask + shut, ask + shut) ==
        open("relay", table) + open("recipient", table));
  CHECK(with("permit_mynetworks, warn_if_reject " + shut, ask + shut) ==
        open("recipient", table));
  CHECK(with("permit", ask + shut) == open("recipient", table));

  CHECK(with("", shut + ", " + ask).empty());
  CHECK(with(guarded, ask).empty());
  CHECK(with(guarded, ask + shut).empty());
  CHECK(with(ask + shut, shut).empty());
  CHECK(with("permit_mynetworks, reject", ask).empty());
  for (const char* const harmless : {"REJECT no", "WARN", "DUNNO", "foes"})
    CHECK(with("", ask + shut, harmless).empty());
  // Where it looks up no client, it finds nobody.
  CHECK(with("", "check_helo_access tcp:127.0.0.1:10060, " + shut).empty());
}

} // namespace wiring_test
