#include "core/spf/budget.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <memory>

namespace budget_test {

using namespace spfblock;

TEST_CASE("budget: depth is that of the rules, and a hundred at most",
          "[spf][budget]") {
  spf::rules by;
  CHECK_FALSE(spf::budget{by}.exceeded_at(100));
  CHECK(spf::budget{by}.exceeded_at(101) == "over 100 records deep");
  by.depth = 3;
  CHECK_FALSE(spf::budget{by}.exceeded_at(3));
  CHECK(spf::budget{by}.exceeded_at(4) == "over 3 records deep");
  by.depth = 1000;
  CHECK(spf::budget{by}.exceeded_at(101) == "over 100 records deep");
}

TEST_CASE("budget: work is spent when more than that of the rules is counted",
          "[spf][budget]") {
  spf::rules by;
  by.work = 10;
  spf::budget some{by};
  some.spend_work(6);
  some.spend_work(4);
  CHECK_FALSE(some.is_spent());
  some.spend_work(1);
  CHECK(some.is_spent());
  CHECK(some.work() == 11);
  CHECK_FALSE(some.exceeded_at(1));
}

TEST_CASE("budget: records that were visited leave no room for more",
          "[spf][budget]") {
  spf::budget records{{}};
  for (std::size_t i = 1; i < spf::record_visit_limit; ++i)
    records.spend_record();
  CHECK_FALSE(records.exceeded_at(1));
  records.spend_record();
  CHECK(records.exceeded_at(1) == "over 2047 records visited");
}

TEST_CASE("budget: terms have no limit, they cost work", "[spf][budget]") {
  spf::budget all{{}};
  // Eleven records of 65,535 octets, of the shortest terms that match nobody.
  for (unsigned i = 0; i < 11; ++i)
    all.spend_terms(65'535 / 7);
  CHECK_FALSE(all.exceeded_at(11));
  CHECK_FALSE(all.is_spent());
  CHECK(all.work() > 0);
  const auto before = all.work();
  all.spend_parsing(65'535);
  CHECK(all.work() > before);
  CHECK_FALSE(all.is_spent());
}

TEST_CASE("budget: is spent when nobody waits any more", "[spf][budget]") {
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  spf::rules by;
  by.given_up = given_up;
  const spf::budget some{by};
  CHECK_FALSE(some.is_spent());
  *given_up = true;
  CHECK(some.is_spent());
}

} // namespace budget_test
