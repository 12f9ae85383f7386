#include "core/spf/crawl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/fixed_resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::spf::crawl_test {
namespace {

using testing::fixed_resolver;

constexpr const char* zone = R"(
one.example.      60 IN TXT "v=spf1 include:shared.example -all"
two.example.      60 IN TXT "v=spf1 include:shared.example ip4:192.0.2.2 -all"
slow.example.     60 IN TXT "v=spf1 include:shared.example include:late.example"
shared.example.   60 IN TXT "v=spf1 include:deep.example ip4:198.51.100.0/24"
deep.example.     60 IN TXT "v=spf1 a:host.example -all"
host.example.     60 IN A   203.0.113.9
late.example.     60 IN TXT "v=spf1 ip4:203.0.113.200 -all"
)";

constexpr auto by_host = net::ip_address::ipv4(0xcb007109);
constexpr auto by_two = net::ip_address::ipv4(0xc0000202);
constexpr auto by_late = net::ip_address::ipv4(0xcb0071c8);

struct fixture {
  std::shared_ptr<std::optional<expansion>> expand(const char* domain,
                                                   const rules& by = {}) {
    auto result = std::make_shared<std::optional<expansion>>();
    round->expand(*dns::name::from_text(domain), by,
                  [result](const expansion& e) { *result = e; });
    return result;
  }

  /// Until every question is answered that may be.
  void answer() {
    while (!queue.empty()) {
      const auto next = std::move(queue.front());
      queue.pop_front();
      next();
    }
  }

  std::deque<std::function<void()>> queue;
  std::shared_ptr<fixed_resolver> questions = std::make_shared<fixed_resolver>(
      [this](std::function<void()> what) { queue.push_back(std::move(what)); },
      zone);
  std::shared_ptr<crawl> round =
      std::make_shared<crawl>(std::weak_ptr<dns::resolver>{questions});
};

} // namespace

TEST_CASE("crawl: each question is asked once however many domains need it",
          "[spf][crawl]") {
  fixture f;
  const auto one = f.expand("one.example");
  const auto two = f.expand("two.example");
  f.answer();
  REQUIRE(*one);
  REQUIRE(*two);

  CHECK((*one)->pass.contains(by_host));
  CHECK((*two)->pass.contains(by_two));
  CHECK_FALSE((*one)->pass.contains(by_two));
  for (const auto& [asked, times] : f.questions->asked()) {
    CAPTURE(asked.to_string());
    CHECK(times == 1);
  }
  // Four records, and an A and an AAAA question for one host.
  CHECK(f.questions->asked().size() == 6);
}

TEST_CASE("crawl: what an earlier domain asked for is not asked for again",
          "[spf][crawl]") {
  fixture f;
  const auto one = f.expand("one.example");
  f.answer();
  REQUIRE(*one);
  const auto again = f.expand("one.example");
  CHECK(*again); // within the call
  CHECK(f.queue.empty());
}

TEST_CASE("crawl: a domain that waits delays no other", "[spf][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  f.answer();
  CHECK(*one);
  CHECK_FALSE(*slow);

  f.questions->release();
  f.answer();
  REQUIRE(*slow);
  CHECK((*slow)->pass.contains(by_late));
}

TEST_CASE("crawl: a failing name is a temperror of the domains that need it",
          "[spf][crawl]") {
  fixture f;
  f.questions->fail("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  f.answer();
  REQUIRE(*slow);
  REQUIRE(*one);
  CHECK((*slow)->outcome == outcome::temperror);
  CHECK((*slow)->reason == "late.example TXT: SERVFAIL from the test");
  CHECK((*one)->outcome == outcome::expanded);
}

TEST_CASE("crawl: is abandoned when its resolver goes", "[spf][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");

  SECTION("while it waits for an answer") {
    f.answer();
  }
  SECTION("while answers are on their way") {
    CHECK(f.queue.size() == 1);
  }
  const std::weak_ptr<crawl> watched = f.round;
  f.questions.reset();
  f.round.reset();
  f.answer();
  CHECK(watched.expired());
  CHECK_FALSE(*slow);
}

// All that RFC 7208 allows ---------------------------------------------------

namespace {

/// So many of the upper bits of an address, of either family.
struct region {
  std::uint32_t bits = 0;
  unsigned length = 0;

  [[nodiscard]] region lower() const { return {bits, length + 1}; }
  [[nodiscard]] region upper() const {
    return {bits | (0x80000000U >> length), length + 1};
  }
  [[nodiscard]] std::string cut() const {
    return fmt::format("-ip4:{}/{} -ip6:{:x}:{:x}::/{} ",
                       net::ip_address::ipv4(bits).to_string(), length,
                       bits >> 16U, bits & 0xffffU, length);
  }
  [[nodiscard]] net::ip_address ipv4(std::uint32_t host) const {
    return net::ip_address::ipv4(bits | host);
  }
  [[nodiscard]] net::ip_address ipv6(std::uint32_t host) const {
    return net::ip_address::ipv6((net::uint128{bits} << 96U) | host);
  }
};

/// A zone whose records ask as much as records can within RFC 7208's limits:
/// each include leads half of those who get there into a record of their own,
/// and the others past it, until one term is left, which is an mx.
class widest_zone {
public:
  /// @param families_apart by %{v}: each has names of its own
  explicit widest_zone(bool families_apart) {
    if (families_apart)
      add("l", "%{v}.", {"in-addr.", "ip6."}, "", {}, dns_term_limit);
    else
      add("l", "", {""}, "", {}, dns_term_limit);
  }

  [[nodiscard]] const std::string& text() const { return text_; }

  /// Who is among the last hosts of his way, by ways.
  [[nodiscard]] const std::vector<net::ip_address>& last() const {
    return last_;
  }

private:
  /// The record of `stem` for those of `mine`, who have `left` terms left.
  /// @param macro that stands before the names it refers to, `values` its own
  void add(const std::string& stem, const std::string& macro,
           const std::vector<std::string>& values, const std::string& cuts,
           region mine, unsigned left) {
    std::string record = "v=spf1 " + cuts;
    for (; left > 1; --left) {
      const std::string inner = stem + std::to_string(left);
      for (const std::string& value : values)
        add(value + inner, "", {""}, mine.upper().cut(), mine.lower(),
            left - 1);
      record += "include:" + macro + inner + ".example ";
      mine = mine.upper();
    }
    for (const std::string& value : values)
      add_hosts(value + "m" + stem + ".example.", mine);
    record += "mx:" + macro + "m" + stem + ".example -all";
    text_ += stem + ".example. 60 IN TXT";
    for (std::size_t at = 0; at < record.size(); at += 200)
      text_ += " \"" + record.substr(at, 200) + '"';
    text_ += '\n';
  }

  void add_hosts(const std::string& domain, region mine) {
    for (std::uint32_t i = 0; i < mx_name_limit; ++i)
      text_ += fmt::format("{0} 60 IN MX {1} h{1}.{0}\n"
                           "h{1}.{0} 60 IN A {2}\n"
                           "h{1}.{0} 60 IN AAAA {3}\n",
                           domain, i, mine.ipv4(i).to_string(),
                           mine.ipv6(i).to_string());
    last_.push_back(mine.ipv4(mx_name_limit - 1));
    last_.push_back(mine.ipv6(mx_name_limit - 1));
  }

  std::string text_;
  std::vector<net::ip_address> last_;
};

} // namespace

TEST_CASE("crawl: whoever passes within RFC 7208's limits is listed, however "
          "much his record asks",
          "[spf][crawl]") {
  const bool families_apart = GENERATE(false, true);
  const widest_zone widest{families_apart};
  fixture f;
  f.questions->change(widest.text());
  rules by;
  by.dns_queries = most_legal_questions;
  by.depth = 20;
  const auto result = f.expand("l.example", by);
  std::size_t at_once = 0;
  while (!f.queue.empty()) {
    at_once = std::max(at_once, f.queue.size());
    const auto next = std::move(f.queue.front());
    f.queue.pop_front();
    next();
  }
  REQUIRE(*result);
  for (const net::ip_address& each : widest.last())
    REQUIRE((*result)->pass.contains(each));
  CHECK((*result)->questions ==
        (families_apart ? most_legal_questions : 1 + 511 + 512 * 21));
  CHECK((*result)->temperror.empty());
  CHECK(at_once <= crawl::most_at_once);
}

TEST_CASE("crawl: all looks at a domain ask no more than dns_queries, wherever "
          "the answers lead",
          "[spf][crawl]") {
  constexpr unsigned most = 50;
  std::string zone = "wide.example. 60 IN TXT \"v=spf1";
  for (int i = 0; i < 40; ++i)
    zone += fmt::format(" include:{}.w.example", i);
  zone += " -all\"\n";
  for (int i = 0; i < 40; ++i) {
    zone += fmt::format("{}.w.example. 60 IN TXT \"v=spf1", i);
    for (int k = 0; k < 40; ++k)
      zone += fmt::format(" include:{}.{}.w", k, i);
    zone += " -all\"\n";
  }
  std::string cut; // strings of a record hold 255 octets
  for (std::size_t at = 0; at < zone.size(); ++at) {
    cut += zone[at];
    if (zone[at] == ' ' && zone.compare(at + 1, 8, "include:") == 0)
      cut += "\" \"";
  }
  fixture f;
  f.questions->change(cut);
  rules by;
  by.on_permerror = on_permerror::skip;
  by.dns_queries = most;
  const auto result = f.expand("wide.example", by);
  f.answer();
  REQUIRE(*result);
  CHECK(f.questions->asked().size() == most);
}

TEST_CASE("crawl: answers are read up to a bound, however many there are",
          "[spf][crawl]") {
  /// Knows an mx of ten hosts under each name, with answers of 64 KiB.
  class generous_resolver : public dns::resolver {
  public:
    void resolve(const dns::question& asked, std::shared_ptr<dns::asker>,
                 receiver done) override {
      queue.emplace_back([this, asked, done = std::move(done)] {
        dns::answer given;
        given.status = dns::answer_status::records;
        const std::string own = asked.owner.to_string();
        if (asked.type == dns::rr_type::txt)
          given.texts = {"v=spf1" + testing::terms(100, "mx:#.test") +
                         " ip4:192.0.2.2"};
        for (unsigned i = 0; i < mx_name_limit; ++i)
          given.exchanges.push_back(
              {0, *dns::name::from_text(std::to_string(i) + '.' + own)});
        given.addresses.assign(
            4000, asked.type == dns::rr_type::a
                      ? by_host
                      : net::ip_address::ipv6(net::uint128{1} << 100U));
        bytes += given.bytes();
        done(given);
      });
    }
    std::deque<std::function<void()>> queue;
    std::size_t bytes = 0;
  };
  const auto generous = std::make_shared<generous_resolver>();
  const auto round =
      std::make_shared<crawl>(std::weak_ptr<dns::resolver>{generous});
  rules by;
  by.on_permerror = on_permerror::skip;
  std::optional<expansion> got;
  round->expand(*dns::name::from_text("l.example"), by,
                [&got](const expansion& e) { got = e; });
  for (; !generous->queue.empty(); generous->queue.pop_front())
    generous->queue.front()();
  REQUIRE(got);
  CHECK(generous->bytes > crawl::most_answer_bytes);
  CHECK(generous->bytes <
        crawl::most_answer_bytes + crawl::most_at_once * 100'000);
  CHECK(got->pass.contains(by_two));
  CHECK(got->terms.at(99).remarks.back() ==
        std::string{"permerror: "} + over_work);
}

TEST_CASE("crawl: what its looks cost together is bounded, however many there "
          "are",
          "[spf][crawl][work]") {
  // A record that is dear to look at, and a chain of includes behind it: each
  // link is found by a look at all that stands before.
  std::string chained = "dear.example. 60 IN TXT \"v=spf1 -mx:m.example" +
                        testing::terms(8, "?ip4:10.0.#.0/24") +
                        " include:i1.example -all\"\n"
                        "m.example. 60 IN MX 1 h.example.\n" +
                        testing::lines(60, "h.example. 60 IN A 10.1.#.1") +
                        "\nh.example. 60 IN AAAA 2001:db8::1\n";
  for (int i = 1; i <= 6; ++i) {
    const auto number = std::to_string(i);
    chained += "i" + number + ".example. 60 IN TXT \"v=spf1 ip4:192.0.2." +
               number + " include:i" + std::to_string(i + 1) + ".example\"\n";
  }
  chained += "i7.example. 60 IN TXT \"v=spf1 ip4:192.0.2.7\"\n";
  fixture whole;
  whole.questions->change(chained);
  const auto all = whole.expand("dear.example");
  whole.answer();
  REQUIRE(*all);
  REQUIRE((*all)->permerror.empty());
  REQUIRE((*all)->pass.contains(net::ip_address::ipv4(0xc0000207)));

  fixture f;
  f.questions->change(chained);
  rules by;
  by.work = (*all)->work / 3;
  const auto result = f.expand("dear.example", by);
  f.answer();
  REQUIRE(*result);
  CHECK((*result)->work <= 3 * by.work + 1000);
  CHECK(f.questions->asked().size() < whole.questions->asked().size());
  // Who was decided by then is listed, others are told why they are not.
  CHECK((*result)->pass.contains(net::ip_address::ipv4(0xc0000201)));
  CHECK_FALSE((*result)->pass.contains(net::ip_address::ipv4(0xc0000207)));
  CHECK_FALSE((*result)->permerror.empty());
}

TEST_CASE("crawl: who is given up is not reported", "[spf][crawl]") {
  fixture f;
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  rules by;
  by.given_up = given_up;
  const auto one = f.expand("one.example", by);
  const auto two = f.expand("two.example");
  *given_up = true;
  f.answer();
  CHECK_FALSE(*one);
  CHECK(*two);
}

TEST_CASE(
    "crawl: looks are done when the scheduler says so, the dear ones told "
    "apart",
    "[spf][crawl]") {
  fixture f;
  std::multimap<std::uint64_t, std::function<void()>> looks;
  crawl::surroundings among;
  among.later = [&](std::uint64_t dear, std::function<void()> look) {
    looks.emplace(dear, std::move(look));
  };
  f.round = std::make_shared<crawl>(std::weak_ptr<dns::resolver>{f.questions},
                                    std::move(among));
  const auto one = f.expand("one.example");
  CHECK(f.queue.empty());
  std::uint64_t dearest = 0;
  while (!looks.empty()) {
    const auto next = looks.extract(looks.begin());
    dearest = std::max(dearest, next.key());
    next.mapped()();
    f.answer();
  }
  CHECK(*one);
  CHECK(dearest > 0);
}

namespace {

/// Domains d0.example ... with a chain of records of 60,000 octets behind each,
/// and a small domain.
struct crowded {
  explicit crowded(std::size_t most, std::size_t domains)
      : room{std::make_shared<answer_room>(most)} {
    class heavy_resolver : public dns::resolver {
    public:
      explicit heavy_resolver(crowded& of) : of_{of} {}
      void resolve(const dns::question& asked, std::shared_ptr<dns::asker>,
                   receiver done) override {
        of_.queue.emplace_back([this, asked, done = std::move(done)] {
          const std::string owner = asked.owner.to_string();
          ++of_.asked;
          dns::answer given;
          given.status = dns::answer_status::records;
          if (owner == "small.example")
            given.texts = {"v=spf1 ip4:192.0.2.2 -all"};
          else if (owner[0] == 'e') // the last of a chain
            given.texts = {"v=spf1 ip4:198.51.100.0/24 x=" +
                           std::string(60'000, 'x')};
          else
            given.texts = {"v=spf1 include:" +
                           std::string(1, owner[0] == 'd' ? 'c' : 'e') +
                           owner.substr(1) + " x=" + std::string(60'000, 'x')};
          done(given);
          of_.most_held = std::max(of_.most_held, of_.room->held());
        });
      }

    private:
      crowded& of_;
    };
    questions = std::make_shared<heavy_resolver>(*this);
    crawl::surroundings among;
    among.room = room;
    among.put_aside = [this](const dns::name& domain, std::size_t bytes) {
      CHECK(bytes > 60'000);
      told.push_back(domain.to_string());
    };
    round = std::make_shared<crawl>(std::weak_ptr<dns::resolver>{questions},
                                    std::move(among));
    for (std::size_t i = 0; i < domains; ++i)
      expand(fmt::format("d{}.example", i));
    expand("small.example");
  }

  void expand(const std::string& domain) {
    round->expand(*dns::name::from_text(domain), {},
                  [this, domain](const expansion& of) {
                    CHECK(of.permerror.empty());
                    CHECK(of.temperror.empty());
                    CHECK_FALSE(of.pass.empty());
                    done.push_back(domain);
                  });
  }

  void answer() {
    while (!queue.empty()) {
      const auto next = std::move(queue.front());
      queue.pop_front();
      next();
    }
  }

  std::deque<std::function<void()>> queue;
  std::shared_ptr<answer_room> room;
  std::shared_ptr<dns::resolver> questions;
  std::shared_ptr<crawl> round;
  std::vector<std::string> done;
  std::vector<std::string> told;
  std::size_t asked = 0;
  std::size_t most_held = 0;
};

} // namespace

TEST_CASE("crawl: answers to all domains together are bounded, and each domain "
          "is looked at all the same",
          "[spf][crawl]") {
  constexpr std::size_t domains = 40;
  constexpr std::size_t most = 500'000;
  crowded f{most, domains};
  f.answer();
  CHECK(f.done.size() == domains + 1);
  CHECK(f.most_held <= most);
  CHECK(f.most_held > most / 2);
  CHECK(f.told.size() > domains / 2);
  CHECK(std::find(f.told.begin(), f.told.end(), "small.example") ==
        f.told.end());
  // Nobody is put aside again and again.
  CHECK(f.asked < 3 * (3 * domains + 1));
  CHECK(f.room->waiting() == 0);
  f.round.reset();
  CHECK(f.room->held() == 0);
}

TEST_CASE(
    "crawl: a record cannot make a look wait for more answers, one behind "
    "the other, than records are deep",
    "[spf][crawl]") {
  // Each record has questions of all kinds and leads to the next one; what
  // decides it stands behind all of that.
  std::string records;
  const auto ending = GENERATE("include:r{}.example mx:m.example -all",
                               "exists:e{0}.example a:a{0}.example "
                               "mx:m{0}.example redirect=r{0}.example",
                               "?include:n{0}.example include:r{0}.example "
                               "ip4:192.0.2.1 -all");
  constexpr unsigned depth = 20;
  for (unsigned i = 0; i < depth; ++i) {
    const auto next = std::to_string(i + 1);
    records += fmt::format("r{}.example. 60 IN TXT \"v=spf1 {}\"\n", i,
                           fmt::format(fmt::runtime(ending), next));
    records += fmt::format("n{}.example. 60 IN TXT \"v=spf1 mx:m{}.example "
                           "-all\"\n",
                           next, next);
    for (int host = 0; host < 5; ++host)
      records += fmt::format("m{}.example. 60 IN MX 10 h{}.m{}.example.\n",
                             next, host, next);
  }
  fixture f;
  f.questions->change(records);
  rules by;
  by.depth = depth;
  by.dns_queries = 300;
  by.on_permerror = on_permerror::skip; // goes on behind all limits
  const auto found = f.expand("r0.example", by);
  // A slow server answers what is under way all together, and late.
  unsigned waits = 0;
  for (; !f.queue.empty(); ++waits) {
    for (auto due = std::exchange(f.queue, {}); !due.empty(); due.pop_front())
      due.front()();
  }
  REQUIRE(*found);
  CAPTURE(ending, (*found)->questions);
  CHECK(waits <= depth + 3);
}

TEST_CASE("crawl: one domain alone is never put aside", "[spf][crawl]") {
  crowded f{1000, 0};
  f.expand("d0.example");
  f.answer();
  CHECK(f.done.size() == 2);
}

TEST_CASE("crawl: several share the room, and who is given up leaves it",
          "[spf][crawl]") {
  crowded f{200'000, 20};
  for (int i = 0; i < 12 && !f.queue.empty(); ++i) {
    f.queue.front()();
    f.queue.pop_front();
  }
  REQUIRE(f.room->waiting() > 0);
  f.room->give_up();
  f.queue.clear();
  const std::weak_ptr<crawl> watched = f.round;
  f.round.reset();
  CHECK(watched.expired());
  CHECK(f.room->held() == 0);
}

} // namespace spfblock::spf::crawl_test
