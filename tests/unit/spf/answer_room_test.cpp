#include "core/spf/answer_room.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace answer_room_test {

using namespace spfblock;

namespace {

/// Looks of given sizes.
class some_looks : public spf::answer_room::holder {
  using ticket = spf::answer_room::ticket;

public:
  some_looks(spf::answer_room& room, const std::vector<std::size_t>& sizes)
      : room_{room} {
    room_.enter(*this);
    for (const std::size_t each : sizes)
      begin(each);
  }
  ~some_looks() override { room_.leave(*this); }
  some_looks(const some_looks&) = delete;
  some_looks& operator=(const some_looks&) = delete;

  /// One more.
  void begin(std::size_t size, std::size_t promised = 0) {
    looks_.push_back(std::make_unique<look>());
    looks_.back()->stay = room_.begin(promised);
    looks_.back()->stay.bytes = size;
    room_.took(size);
  }

  [[nodiscard]] std::size_t looks() const override { return looks_.size(); }
  [[nodiscard]] std::size_t largest(ticket since) const override {
    const auto found = spf::answer_room::largest_of(looks_, since);
    return found == looks_.end() ? 0 : (*found)->stay.bytes;
  }
  [[nodiscard]] std::size_t all(ticket since) const override {
    return spf::answer_room::all_of(looks_, since);
  }
  void drop_unused() override {
    room_.gave_back(unused);
    unused = 0;
  }
  void put_aside(ticket since) override {
    const std::size_t size = largest(since);
    end(spf::answer_room::largest_of(looks_, since));
    aside.push_back(size);
    room_.wait(2 * size, [this, size] {
      begun.push_back(size);
      begin(size, 2 * size);
    });
  }
  /// The first that was begun of these ends.
  void end_first() { end(looks_.begin()); }
  void end_all() {
    while (!looks_.empty())
      end_first();
  }

  std::size_t unused = 0;
  std::vector<std::size_t> aside;
  std::vector<std::size_t> begun;

private:
  struct look {
    spf::answer_room::stay stay;
  };
  using look_list = std::vector<std::unique_ptr<look>>;

  void end(look_list::const_iterator which) {
    room_.gave_back((*which)->stay.bytes);
    room_.end((*which)->stay);
    looks_.erase(which);
  }

  spf::answer_room& room_;
  look_list looks_;
};

using sizes = std::vector<std::size_t>;

} // namespace

TEST_CASE("answer_room: the largest of all is put aside, until the others fit",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {10, 60}};
  some_looks two{room, {20, 50, 5}};
  room.make_room();
  CHECK(one.aside == sizes{60});
  CHECK(two.aside.empty());
  CHECK(room.held() == 85);
  room.make_room(); // it fits
  CHECK(room.waiting() == 1);
}

TEST_CASE("answer_room: what nobody uses any more goes first",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {90, 10}};
  room.took(40);
  one.unused = 40;
  room.make_room();
  CHECK(one.aside.empty());
  CHECK(room.held() == 100);
}

TEST_CASE("answer_room: who waits is let in when there is room for him, in the "
          "order in which they came",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {20}};
  std::string order;
  std::vector<spf::answer_room::stay> stays;
  const auto waits = [&](std::size_t bytes, const char* name) {
    return room.wait(bytes, [&, bytes, name] {
      order += name;
      stays.push_back(room.begin(bytes));
    });
  };
  waits(40, "first ");
  waits(90, "large ");
  waits(10, "small ");
  const auto ticket = waits(10, "gone ");
  room.withdraw(ticket);
  room.let_in();
  CHECK(order == "first ");
  room.end(stays[0]);
  room.let_in(); // the small one would fit
  CHECK(order == "first ");
  one.end_all(); // nobody is under way: one is let in whatever he needs
  room.let_in();
  CHECK(order == "first large small ");
  CHECK(room.waiting() == 0);
}

TEST_CASE("answer_room: looks that begin later leave who waits his room",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {30, 30, 45}};
  room.make_room(); // 45 waits for 90
  REQUIRE(one.aside == sizes{45});
  // However many begin, and end, and how small they are: as soon as the two
  // are done that were there before, the one who waits is let in.
  for (std::size_t i = 0; i < 1000; ++i) {
    one.begin(5 + i % 7);
    room.make_room();
    REQUIRE(one.begun.empty());
    REQUIRE(room.held() <= 100);
  }
  one.end_first();
  one.end_first();
  one.begin(11);
  room.make_room();
  CHECK(one.begun.front() == 45);
  CHECK(std::count(one.aside.begin(), one.aside.end(), 45) == 1);
  CHECK(std::find(one.aside.begin(), one.aside.end(), 30) == one.aside.end());
}

TEST_CASE("answer_room: everybody's turn comes, whoever goes on coming",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks all{room, {}};
  // Each needs 30; four at a time are too many.  The first to begin ends first.
  std::size_t ended = 0;
  for (int i = 0; i < 2000; ++i) {
    all.begin(30);
    room.make_room();
    if (i % 3 == 0) {
      all.end_first();
      ++ended;
      room.let_in();
    }
  }
  const std::size_t put_aside = all.aside.size();
  CHECK(put_aside > 1000);
  // Who came first was let in first: of equal ones, each once.
  CHECK(all.begun.size() > ended / 4);
  CHECK(all.begun.size() + room.waiting() == put_aside);
}

TEST_CASE(
    "answer_room: who was let in is not put aside while he takes what was "
    "promised",
    "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {}};
  one.begin(60, 60);
  one.begin(20);
  one.begin(30);
  room.make_room();
  CHECK(one.aside == sizes{30});
  one.begin(39, 30); // more than was promised
  room.make_room();
  CHECK(one.aside == sizes{30, 39});
}

TEST_CASE("answer_room: one look alone may hold more", "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {300}};
  room.make_room();
  CHECK(one.aside.empty());
}

} // namespace answer_room_test
