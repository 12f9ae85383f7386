#include "tests/support/book_fixture.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace spfblock::testing {

config::spf_domain domain_of(std::string_view name) {
  config::spf_domain made;
  made.name = name_of(name);
  return made;
}

spf::expansion evaluated(std::string_view domain, std::string_view records) {
  zone_answers zone{records};
  return expand(domain, zone,
                config::rules_of(domain_of(domain),
                                 std::make_shared<std::vector<dns::name>>()))
      .result;
}

config::domain_entry entry_of(std::string_view name, std::string_view action) {
  return {domain_of(name), *table::action::parse(action)};
}

config::network_entry by_hand(std::string_view network,
                              std::string_view action) {
  return {*net::ip_prefix::parse(network), *table::action::parse(action), ""};
}

config::settings settings_of(const std::vector<std::string>& domains) {
  config::settings made;
  for (const std::string& each : domains)
    made.domains.push_back(entry_of(each));
  made.allow.reserved = false;
  return made;
}

spf::expansion expanded(std::string_view domain, std::string_view networks,
                        std::uint32_t ttl) {
  spf::expansion made;
  made.domain = name_of(domain);
  made.pass = set_of(networks);
  made.ttl = ttl;
  made.records = {{made.domain, std::nullopt, false, "v=spf1", ttl, ""}};
  for (const net::ip_prefix& each : made.pass.to_prefixes()) {
    spf::term_visit term;
    term.text = (each.family() == net::family::ipv4 ? "ip4:" : "ip6:") +
                each.to_string();
    term.reached = true;
    term.granted = net::address_set{each};
    made.grants.push_back({made.terms.size(), term.granted});
    made.terms.push_back(std::move(term));
  }
  return made;
}

spf::expansion naming(std::string_view domain,
                      const std::vector<net::ip_prefix>& terms) {
  spf::expansion made = expanded(domain, "");
  made.named = terms;
  std::sort(made.named.begin(), made.named.end());
  made.named.erase(std::unique(made.named.begin(), made.named.end()),
                   made.named.end());
  for (const net::ip_prefix& each : terms) {
    spf::term_visit term;
    term.text = "ip:" + each.to_string();
    term.granted = net::address_set{each} - made.pass.within(each);
    made.grants.push_back({made.terms.size(), term.granted});
    made.pass |= net::address_set{each};
    made.terms.push_back(std::move(term));
  }
  return made;
}

spf::expansion naming(std::string_view domain, std::string_view networks) {
  std::vector<net::ip_prefix> terms;
  for (const std::string_view word : split(networks, ' ')) {
    if (!word.empty())
      terms.push_back(*net::ip_prefix::parse(word));
  }
  return naming(domain, terms);
}

spf::expansion failing(std::string_view domain, const std::string& reason) {
  spf::expansion made;
  made.domain = name_of(domain);
  made.outcome = spf::outcome::temperror;
  made.reason = reason;
  made.temperror = set_of(everyone);
  made.open_questions = {{reason, made.temperror}};
  return made;
}

spf::expansion undecided(spf::expansion of, std::string_view networks,
                         const std::string& question) {
  of.outcome = spf::outcome::temperror;
  if (of.reason.empty())
    of.reason = question;
  const net::address_set whom =
      set_of(networks.empty() ? everyone : networks) - of.pass - of.temperror;
  of.temperror |= whom;
  of.open_questions.push_back({question, whom});
  return of;
}

spf::expansion gone(std::string_view domain) {
  spf::expansion made;
  made.domain = name_of(domain);
  made.outcome = spf::outcome::no_record;
  made.records = {{made.domain, std::nullopt, false, "", 0, "no SPF record"}};
  made.ttl = 86400;
  return made;
}

spf::expansion with_remark(spf::expansion of, const std::string& remark) {
  spf::term_visit term;
  term.text = "ptr";
  term.remarks = {remark};
  of.terms.push_back(std::move(term));
  return of;
}

std::string told(const domain_book::book_change& of) {
  std::string text;
  for (const log::event& each : of.events) {
    const std::string& line = each.line();
    text += text.empty() ? "" : "; ";
    text += each.severity() == level::warning ? "!" : "";
    text += line.find(" role=allowed") != std::string::npos ? "allowed " : "";
    text +=
        line.substr(0, std::min(line.find(" domain="), line.find(" listing=")));
  }
  return text;
}

std::string lines_of(const domain_book::book_change& of,
                     std::string_view phrase) {
  std::string text;
  for (const log::event& each : of.events) {
    if (each.line().starts_with(phrase))
      text += each.line() + '\n';
  }
  return text;
}

book_fixture::book_fixture(const config::settings& settings,
                           std::function<double()> random, timestamp at)
    : book{std::move(random)},
      now{at} {
  book.apply(settings, own, now);
}

void book_fixture::check_figures(const domains::known_domain& of) {
  REQUIRE(of.figures == domains::figures_of(of));
}

void book_fixture::pass(moment::duration time) {
  const auto since = now.steady - beginning.steady;
  now.steady += time;
  now.wall += std::chrono::floor<std::chrono::seconds>(since + time) -
              std::chrono::floor<std::chrono::seconds>(since);
}

std::string book_fixture::take_due() {
  std::string list;
  for (const auto& each : book.take_due(now))
    list += (list.empty() ? "" : " ") +
            std::string{each.role == role::allowed ? "+" : ""} +
            each.domain.to_string();
  return list;
}

std::string book_fixture::next() {
  const auto due = book.next_due(now);
  REQUIRE(due);
  REQUIRE(*due >= now.steady);
  pass_until(*due);
  return take_due();
}

void book_fixture::check_total() const {
  domains::share sum{0, 0, 0};
  for (const auto& some : {book.domains(), book.providers()}) {
    for (const domains::known_domain& each : some) {
      *sum.ipv4_addresses += each.size.ipv4_addresses.value_or(0);
      *sum.networks += each.size.networks.value_or(0);
      *sum.unlisted += each.size.unlisted.value_or(0);
    }
  }
  CHECK(book.in_total() == sum);
}

domain_book::book_change book_fixture::settle_next(const spf::expansion& result,
                                                   role as) {
  next();
  return settle(result, as);
}

domain_book::book_change book_fixture::look(const spf::expansion& result,
                                            role as) {
  const domains::known_domain* at = nullptr;
  for (const auto& pages : {book.domains(), book.providers()}) {
    for (const domains::known_domain& each : pages) {
      if (each.domain.name == result.domain && each.role == as)
        at = &each;
    }
  }
  REQUIRE(at != nullptr);
  if (!at->expanding) {
    pass_until(std::max(at->due, now.steady));
    take_due();
  }
  return settle(result, as);
}

const domains::known_domain& book_fixture::page(std::size_t i) const {
  REQUIRE(i < book.domains().size());
  return book.domains()[static_cast<std::ptrdiff_t>(i)];
}

std::string book_fixture::published() const {
  std::string text;
  for (const table::listing& each : book.listings()) {
    text += (text.empty() ? "" : "; ") + each.name;
    char separator = ' ';
    for (const net::ip_prefix& network : each.networks) {
      text += separator + network.to_string();
      separator = ',';
    }
  }
  return text;
}

net::address_set book_fixture::blocked() const {
  std::vector<net::ip_prefix> networks;
  for (const table::listing& each : book.listings())
    networks.insert(networks.end(), each.networks.begin(), each.networks.end());
  return net::address_set::of(networks);
}

} // namespace spfblock::testing
