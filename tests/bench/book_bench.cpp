// What is kept of many domains, and what it costs to keep, save and read it.
//
// usage: book_bench DOMAINS
//
// Each domain has 3.2 questions and 4 networks, as those of scale.py.  Prints a
// line of JSON for each step: the processor time, and the octets of heap that
// are in use after it beyond those before.
#include "core/config/settings_parser.hpp"
#include "core/dns/answer_store.hpp"
#include "core/domains/domain_book.hpp"
#include "core/domains/state.hpp"
#include "core/spf/evaluation.hpp"
#include "core/support/text.hpp"
#include "core/table/snapshot.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <limits>
#include <malloc.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

using namespace spfblock;

namespace {

constexpr std::size_t domains_of_a_provider = 50;
constexpr std::size_t domains_with_own_include = 5; ///< one in so many

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

std::size_t octets_in_use() {
  const auto of = ::mallinfo2();
  return of.uordblks + of.hblkhd;
}

/// Does it, and prints what that cost.
template <class Do>
auto measured(const char* step, std::size_t domains, Do what) {
  const std::size_t before = octets_in_use();
  const double begin = processor_seconds();
  auto made = what();
  const double took = processor_seconds() - begin;
  const auto grown =
      static_cast<double>(octets_in_use()) - static_cast<double>(before);
  fmt::print(R"({{"step": "{}", "domains": {}, "seconds": {:.4f}, )"
             R"("octets_a_domain": {:.0f}}})"
             "\n",
             step, domains, took, grown / static_cast<double>(domains));
  std::fflush(stdout);
  return made;
}

dns::name name_of(const std::string& text) {
  return *dns::name::from_text(text);
}

dns::answer txt(std::string text) {
  dns::answer of;
  of.status = dns::answer_status::records;
  of.ttl = 300;
  of.texts = {std::move(text)};
  return of;
}

std::string address(std::uint32_t number) {
  return net::ip_address::ipv4(number).to_string();
}

/// Of "d17.test": 17.
std::size_t number_of(const dns::name& domain) {
  const std::string text = domain.to_string();
  return parse_decimal(text.substr(1, text.find('.') - 1),
                       std::numeric_limits<int>::max())
      .value_or(0);
}

/// What the DNS says of the domain of that number.
void answer(std::size_t number, dns::answer_store& into) {
  const auto at = static_cast<std::uint32_t>(number);
  const std::string domain = fmt::format("d{}.test", number);
  const bool is_own = number % domains_with_own_include == 0;
  const std::string include =
      is_own ? "i." + domain
             : fmt::format("p{}.test", number / domains_of_a_provider);
  const auto provider =
      static_cast<std::uint32_t>(number / domains_of_a_provider);
  const std::uint32_t included =
      is_own ? 0x46000000 + at * 64 : 0x3c000000 + provider * 512;
  into.put({name_of(domain), dns::rr_type::txt},
           txt(fmt::format("v=spf1 ip4:{}/28 ip4:{} a include:{} -all",
                           address(0x28000000 + at * 32),
                           address(0x32000000 + at * 8), include)));
  into.put({name_of(include), dns::rr_type::txt},
           txt(fmt::format("v=spf1 ip4:{}/26 -all", address(included))));
  dns::answer host;
  host.status = dns::answer_status::records;
  host.ttl = 300;
  host.addresses = {net::ip_address::ipv4(0x1e000000 + at * 16)};
  into.put({name_of(domain), dns::rr_type::a}, host);
  dns::answer none;
  none.status = dns::answer_status::no_data;
  none.ttl = 300;
  into.put({name_of(domain), dns::rr_type::aaaa}, none);
}

config::settings settings_of(std::size_t domains) {
  std::string text = R"({"allow": {"reserved": false, "providers": false}, )"
                     R"("domains": [)";
  for (std::size_t i = 0; i < domains; ++i)
    text += fmt::format("{}\"d{}.test\"", i == 0 ? "" : ",", i);
  auto read = config::parse_settings(text + "]}", "book_bench", {});
  if (auto* const good = std::get_if<config::reading>(&read))
    return std::move(good->settings);
  throw std::logic_error{"the configuration is refused"};
}

/// Looks at every domain of the book.
/// @return how many lines the log is told
std::size_t look_at_all(domains::domain_book& book, timestamp now) {
  std::size_t told = 0;
  for (const auto& each : book.take_due(now)) {
    dns::answer_store answers;
    answer(number_of(each.domain), answers);
    const auto found = spf::evaluate(each.domain, answers, each.by);
    if (!found.missing.empty() || found.pass.prefix_count() != 4)
      throw std::logic_error{"other networks than it should be"};
    told += book.settle(each.role, found, now).events.size();
  }
  return told;
}

/// As the server does it at a start.
domains::domain_book restored(const config::settings& by,
                              domains::state&& known, timestamp now) {
  domains::domain_book book;
  book.apply(by, {}, now);
  book.restore(std::move(known), now);
  return book;
}

void run(std::size_t count) {
  const timestamp now{
      moment{std::chrono::hours{1000}},
      std::chrono::sys_seconds{std::chrono::seconds{1'800'000'000}}};
  const auto step = [count](const char* name, auto what) {
    return measured(name, count, what);
  };
  const auto settings = step("settings", [&] { return settings_of(count); });
  domains::domain_book book;
  step("apply", [&] { return book.apply(settings, {}, now).worth_saving; });
  step("first looks", [&] { return look_at_all(book, now); });
  const timestamp later{now.steady + std::chrono::hours{2},
                        now.wall + std::chrono::hours{2}};
  step("second looks", [&] { return look_at_all(book, later); });
  const auto copy = step("a copy", [&] { return book; });
  step("which are due", [&] {
    return book.take_due(later).size() + (book.next_due(later) ? 1U : 0U);
  });
  const auto table =
      step("table", [&] { return table::snapshot{book.listings()}; });
  std::string text = step("saving", [&] { return to_json(book.save(later)); });
  auto known = step("reading", [&] { return domains::state_from_json(text); });
  fmt::print(R"({{"step": "state file", "octets_a_domain": {}}})"
             "\n",
             text.size() / count);
  const auto again = step("restoring", [&] {
    return restored(settings, *std::move(known), later);
  });
  if (again.listings().size() != book.listings().size())
    throw std::logic_error{"not everything was restored"};
}

} // namespace

int main(int argc, char* argv[]) try {
  const auto count =
      argc == 2 ? parse_decimal(argv[1], std::numeric_limits<int>::max())
                : std::nullopt;
  if (!count || *count == 0)
    throw std::invalid_argument{"usage: book_bench DOMAINS"};
  run(*count);
} catch (const std::exception& problem) {
  std::fprintf(stderr, "book_bench: %s\n", problem.what());
  return EXIT_FAILURE;
}
