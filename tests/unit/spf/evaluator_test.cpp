#include "core/spf/evaluation.hpp"
#include "core/spf/evaluator.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/random_zone.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <vector>

namespace evaluator_test {

using namespace spfblock;
using testing::listed;
using testing::name_of;

namespace {

using list = std::vector<std::string>;

/// An account that keeps the order in which it is told of records and terms.
class journal final : public spf::account {
public:
  void begin_record(const dns::name& domain, std::optional<entry>,
                    bool /*is_redirect*/) override {
    lines.push_back("record " + domain.to_string());
  }
  void answered(std::uint32_t) override {}
  void unusable(const std::string& why) override { lines.push_back(why); }
  void no_record() override { lines.push_back("no record"); }
  entry begin_terms(const spf::record&) override { return {}; }

  void reached(entry) override { lines.push_back("reached"); }
  bool takes_remarks(entry) const override { return true; }
  void remark(entry, const std::string& text) override {
    lines.push_back(text);
  }
  void error(entry, const std::string& text) override { lines.push_back(text); }
  void counted_up_to(entry, unsigned, unsigned) override {}
  void decided(entry, decision how, const spf::cohorts& whom) override {
    const char* const words[] = {"refused ", "granted ", "listed "};
    lines.push_back(words[static_cast<int>(how)] + listed(whom.addresses()));
  }
  void named(std::span<const net::ip_prefix>) override {}
  void too_wide(entry, const net::ip_prefix& network,
                const spf::cohorts&) override {
    lines.push_back("too wide " + network.to_string());
  }

  void waits(entry, spf::mail_dependence, const spf::cohorts&) override {
    lines.push_back("waits for the mail");
  }
  void passes_by_name(const dns::name& target, const spf::cohorts&) override {
    lines.push_back("passes below " + target.to_string());
  }

  void permerror(const spf::cohorts& whom) override {
    lines.push_back("permerror " + listed(whom.addresses()));
  }
  void permerror(entry at, const spf::cohorts& whom,
                 const std::string& why) override {
    error(at, "permerror: " + why);
    permerror(whom);
  }
  void temperror(const spf::cohorts&, const std::string& why) override {
    lines.push_back("temperror " + why);
  }

  list lines;
};

/// What is told of l.test when every answer is there.
list told_of(const std::string& description, const spf::rules& by = {}) {
  testing::zone_answers zone{description};
  dns::answer_store answers;
  spf::parsed_records parsed;
  for (;;) {
    spf::inquiry dns{answers, by.dns_queries};
    journal kept;
    const dns::name domain = name_of("l.test");
    spf::evaluator{domain, by, parsed, dns, kept}.run();
    if (dns.missing().empty())
      return kept.lines;
    for (const dns::question& asked : dns.missing())
      answers.put(asked, zone.answer(asked));
  }
}

} // namespace

TEST_CASE("evaluator: tells what it meets in order", "[spf][evaluator]") {
  CHECK(told_of("l.test v=spf1 -ip4:10.0.0.1 include:m.test ip4:10.0.0.0/30 "
                "ip4:10.0.0.2\nm.test v=spf1 ip4:10.0.0.3 exists:x.test") ==
        list{"record l.test", "reached", "refused 10.0.0.1/32", "reached",
             "record m.test", "reached", "listed 10.0.0.3/32", "reached",
             "not listable: exists names no addresses", "waits for the mail",
             "granted 10.0.0.3/32", "reached", "listed 10.0.0.0/32 10.0.0.2/32",
             "reached"});
}

TEST_CASE("evaluator: what only cuts out is granted, not listed",
          "[spf][evaluator]") {
  CHECK(told_of("l.test v=spf1 -include:m.test\nm.test v=spf1 redirect=n.test\n"
                "n.test v=spf1 ip4:10.0.0.3") ==
        list{"record l.test", "reached", "record m.test", "reached",
             "record n.test", "reached", "granted 10.0.0.3/32",
             "granted 10.0.0.3/32", "refused 10.0.0.3/32"});
}

TEST_CASE("evaluator: asks the same whatever account is kept",
          "[spf][evaluator]") {
  for (const auto mode : {spf::on_permerror::stop, spf::on_permerror::skip}) {
    auto by = testing::rules_with(mode);
    by.widest_ipv4 = 28;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      testing::zone_answers zone{testing::zone_writer{seed}.write()};
      for (const std::string& domain : testing::zone_writer::domains()) {
        CAPTURE(seed, domain);
        // Throws where missing_answers() differs from evaluate().
        CHECK_NOTHROW(testing::expand(domain, zone, by));
      }
    }
  }
}

} // namespace evaluator_test
