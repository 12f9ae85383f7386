// What strangers say of a mail (client, sender, HELO, names) over a small zone
// with any records: what must hold of check_host() for it, of the residue that
// says for whom it is asked, and of the claim that stands for the mail.
//
// Input: lines, the first four of the mail and the rest a line_zone.hpp.
//
//     4a        the client 10.0.0.97; 6a is 2001:db8::61, ma is 4a as IPv6
//     x@n0.test the sender, any octets
//     n1.test   HELO, any octets
//     13        his names: n1.test and n3.test; with `!` nobody tells them
#include "core/query_time/claim.hpp"
#include "core/spf/check_host.hpp"
#include "core/spf/client_name.hpp"
#include "core/spf/evaluation.hpp"
#include "core/support/text.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/fuzz/line_zone.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace spfblock;
using fuzz::line_zone;
using spf::host_result;

namespace {

/// One client's way asks no more: 10 mx of 10 hosts, a record for each term,
/// and his names.
constexpr std::size_t most_questions = 10 * 11 + 11 + 11;

/// Takes a line off the front.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

net::ip_address client_of(std::string_view line) {
  const char kind = line.empty() ? '4' : line.front();
  const auto number =
      line.size() < 2 ? 0U : static_cast<unsigned char>(line[1]);
  return *net::ip_address::parse(
      kind == '6'   ? fmt::format("2001:db8::{:x}", number)
      : kind == 'm' ? fmt::format("::ffff:10.0.0.{}", number)
                    : fmt::format("10.0.0.{}", number));
}

/// The answer about the client's names.
dns::answer names_of(std::string_view line) {
  if (line.find('!') != std::string_view::npos)
    return dns::failed_answer("SERVFAIL");
  dns::answer made;
  made.status = dns::answer_status::nxdomain;
  for (const char c : line) {
    if (!is_digit(c))
      continue;
    made.status = dns::answer_status::records;
    made.hosts.push_back(testing::name_of(fmt::format("n{}.test", c)));
  }
  return made;
}

struct world {
  explicit world(std::string_view text)
      : client{client_of(take_line(text))},
        sender{take_line(text)},
        helo{take_line(text)},
        names{names_of(take_line(text))},
        zone{text} {}

  [[nodiscard]] const dns::answer& answer(const dns::question& asked) const {
    return asked.type == dns::rr_type::ptr &&
                   asked.owner == spf::reverse_name(client)
               ? names
               : zone.answer(asked);
  }

  /// As fuzz::require(); a finding shows all of it.
  void holds(bool it_does, std::string_view claim) const {
    if (!it_does)
      std::fprintf(stderr, "\nclient %s\n%s", client.to_string().c_str(),
                   zone.description.c_str());
    fuzz::require(it_does, claim);
  }

  net::ip_address client;
  std::string sender;
  std::string helo;
  dns::answer names;
  line_zone zone;
};

/// What check_host() came to, and what it asked on the way, in order.
struct judged {
  spf::host_check made;
  std::vector<dns::question> asked;
};

judged judge(const spf::envelope& of, const world& in) {
  judged led_to;
  dns::answer_store known;
  spf::parsed_records parsed;
  std::set<dns::question> asked;
  const auto& most = in.zone.by.dns_queries;
  for (;;) {
    led_to.made = spf::check_host(of, known, in.zone.by, parsed);
    in.holds(!most || led_to.made.questions <= *most,
             "no more questions than dns_queries");
    if (led_to.made.missing.empty())
      return led_to;
    for (const dns::question& each : led_to.made.missing) {
      in.holds(asked.insert(each).second, "nothing is asked twice");
      led_to.asked.push_back(each);
      known.put(each, in.answer(each));
    }
  }
}

void check_bound(const judged& of, const world& in) {
  in.holds(in.zone.by.on_permerror == spf::on_permerror::skip ||
               of.asked.size() <= most_questions,
           "a mail asks no more than the limits of RFC 7208 let it");
  in.holds(fuzz::is_printable(of.made.why), "why is safe to print");
  for (const spf::check_step& step : of.made.steps)
    in.holds(fuzz::is_printable(step.text), "a step is safe to print");
}

/// The answers in another order, the client's mail as it was: the same verdict.
void check_same(const spf::envelope& mail, const judged& before,
                const world& in) {
  dns::answer_store reversed;
  for (auto each = before.asked.rbegin(); each != before.asked.rend(); ++each)
    reversed.put(*each, in.answer(*each));
  spf::parsed_records parsed;
  const auto again = spf::check_host(mail, reversed, in.zone.by, parsed);
  in.holds(again.missing.empty() && again.result == before.made.result &&
               again.why == before.made.why && again.ttl == before.made.ttl,
           "the same verdict twice");
}

/// The one name of the client, where the DNS confirms it.
std::optional<dns::name> confirmed_name(const world& in) {
  if (in.names.hosts.size() != 1)
    return std::nullopt;
  const auto& found =
      in.answer({in.names.hosts.front(), in.client.family() == net::family::ipv4
                                             ? dns::rr_type::a
                                             : dns::rr_type::aaaa})
          .addresses;
  return std::find(found.begin(), found.end(), in.client) != found.end()
             ? std::optional{in.names.hosts.front()}
             : std::nullopt;
}

/// Nobody passes by a mail who is neither listed nor in the residue; and whom
/// his name decides about passes by any mail.
void check_residue(const judged& of, const spf::expansion& listed,
                   const world& in) {
  if (in.zone.by.on_permerror == spf::on_permerror::list_void &&
      !listed.permerror.empty())
    return; // the domain lists nothing, whatever a mail is told
  const bool passes = of.made.result == host_result::pass;
  const bool waits = listed.residue.addresses.contains(in.client);
  in.holds(!passes || waits || listed.pass.contains(in.client),
           "who passes by a mail is listed or in the residue");
  const auto name = confirmed_name(in);
  for (const spf::named_clients& each : listed.residue.named)
    in.holds(passes || !name || !name->is_at_or_below(each.target) ||
                 !each.addresses.contains(in.client),
             "whom his name decides about passes by any mail");
}

table::snapshot snapshot_of(const spf::expansion& listed) {
  const std::string name = listed.domain.to_string();
  std::vector<table::listing> all;
  all.push_back({name,
                 table::action::parse("REJECT {domain}")->bind(name),
                 {},
                 0,
                 std::make_shared<const table::residue>(
                     table::residue{listed.domain, listed.residue.addresses,
                                    listed.residue.depends.on_local_part,
                                    listed.residue.depends.on_helo})});
  return table::snapshot{std::move(all)};
}

bool is_within(std::string_view text, const dns::name& domain) {
  const auto name = dns::name::from_text(text);
  return name && name->is_at_or_below(domain);
}

/// The claim of the mail, if it makes one, stands for it: what it leaves out
/// decides nothing.
void check_claim(const spf::expansion& listed, const world& in) {
  const table::snapshot table = snapshot_of(listed);
  const query_time::mail_facts mail{in.sender, in.helo, "unknown"};
  const auto found = query_time::claim_of(table, in.client, mail);
  const std::string_view sender{in.sender};
  const auto at = sender.rfind('@');
  const bool by_sender =
      is_within(at == std::string_view::npos ? sender : sender.substr(at + 1),
                listed.domain);
  if (!found) {
    in.holds(!listed.residue.addresses.contains(in.client) ||
                 (!by_sender && !is_within(in.helo, listed.domain)) ||
                 in.sender.size() + in.helo.size() > query_time::longest_texts,
             "whoever claims the domain and is in its residue makes a claim");
    return;
  }
  const query_time::claim& what = found->what;
  in.holds(by_sender || is_within(in.helo, listed.domain),
           "no claim without the domain");
  in.holds(what.domain == listed.domain && what.client == in.client &&
               listed.residue.addresses.contains(in.client),
           "a claim is of the domain, and of the client in its residue");
  in.holds(what.local_part.size() + what.helo.size() <=
               query_time::longest_texts,
           "a claim is bounded");
  spf::envelope whole;
  whole.client = in.client;
  whole.domain = listed.domain;
  whole.helo = in.helo;
  if (by_sender && at != std::string_view::npos && at > 0)
    whole.local_part = sender.substr(0, at);
  spf::envelope short_form = whole;
  short_form.helo = what.helo;
  short_form.local_part =
      what.local_part.empty() ? "postmaster" : what.local_part;
  in.holds((judge(whole, in).made.result == host_result::pass) ==
               (judge(short_form, in).made.result == host_result::pass),
           "what a claim leaves out decides nothing");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const world in{fuzz::text_of(data, size)};
  const auto mail = spf::envelope::of(in.client, in.sender, in.helo);
  if (!mail)
    return 0;
  const judged made = judge(*mail, in);
  check_bound(made, in);
  check_same(*mail, made, in);

  spf::envelope to_listed = *mail;
  to_listed.domain = line_zone::domain();
  const spf::expansion listed = in.zone.expand(line_zone::domain(), in.zone.by);
  check_residue(judge(to_listed, in), listed, in);
  check_claim(listed, in);
  return 0;
}
