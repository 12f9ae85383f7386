#include "core/postfix/wiring.hpp"
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
          "WRONG smtpd does not start: retry_delay is 1s at least\n");
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

} // namespace wiring_test
