#include "server/serving/shared_sender_notes.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <thread>
#include <vector>

namespace shared_sender_notes_test {

using namespace spfblock;
using server::shared_sender_notes;

std::uint64_t mails(const suggest::noted_senders& of) {
  std::uint64_t made = of.forgotten;
  for (const auto& each : of.senders)
    made += each.mails;
  return made;
}

TEST_CASE("shared_sender_notes: threads note while others read",
          "[server][sender_notes]") {
  constexpr int threads = 4;
  constexpr int each_notes = 20'000;
  const std::chrono::sys_seconds begun{std::chrono::seconds{5}};
  const auto host = *net::ip_address::parse("192.0.2.1");
  shared_sender_notes notes{begun};
  std::vector<std::thread> all;
  for (unsigned number = 0; number < threads; ++number)
    all.emplace_back([&notes, &host, number] {
      for (int i = 0; i < each_notes; ++i)
        notes.note("x@" + std::to_string(i % 50) + ".example", host, number,
                   std::chrono::sys_seconds{});
    });
  for (int i = 0; i < 20; ++i)
    CHECK(mails(notes.copy()) <= threads * each_notes);
  for (std::thread& each : all)
    each.join();
  const auto told = notes.copy();
  CHECK(told.since == begun);
  CHECK(told.senders.size() == 50);
  CHECK(mails(told) == threads * each_notes);
}

} // namespace shared_sender_notes_test
