#include "core/spf/answer_room.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace answer_room_test {

using namespace spfblock;

namespace {

/// Looks of given sizes.
class some_looks : public spf::answer_room::holder {
public:
  some_looks(spf::answer_room& room, std::vector<std::size_t> sizes)
      : room_{room},
        sizes_{std::move(sizes)} {
    room_.enter(*this);
    for (const std::size_t each : sizes_)
      room_.took(each);
  }
  ~some_looks() override { room_.leave(*this); }
  some_looks(const some_looks&) = delete;
  some_looks& operator=(const some_looks&) = delete;

  [[nodiscard]] std::size_t looks() const override { return sizes_.size(); }
  [[nodiscard]] std::size_t largest() const override {
    return sizes_.empty() ? 0 : *std::max_element(sizes_.begin(), sizes_.end());
  }
  void drop_unused() override {
    room_.gave_back(unused);
    unused = 0;
  }
  void put_aside() override {
    const std::size_t size = largest();
    sizes_.erase(std::find(sizes_.begin(), sizes_.end(), size));
    room_.gave_back(size);
    aside.push_back(size);
    room_.wait(2 * size, [this, size] { begun.push_back(size); });
  }
  void end_all() {
    for (const std::size_t each : sizes_)
      room_.gave_back(each);
    sizes_.clear();
  }

  std::size_t unused = 0;
  std::vector<std::size_t> aside;
  std::vector<std::size_t> begun;

private:
  spf::answer_room& room_;
  std::vector<std::size_t> sizes_;
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

TEST_CASE("answer_room: who waits is let in when there is room for him",
          "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {20}};
  std::string order;
  room.wait(90, [&] { order += "large "; });
  room.wait(40, [&] { order += "small "; });
  room.wait(40, [&] { order += "other "; });
  room.let_in();
  CHECK(order == "small other ");
  room.end_promise(40);
  room.let_in();
  CHECK(order == "small other ");
  one.end_all(); // nobody is under way: one is let in whatever he needs
  room.let_in();
  CHECK(order.ends_with("large "));
  CHECK(room.waiting() == 0);
}

TEST_CASE("answer_room: one look alone may hold more", "[spf][answer_room]") {
  spf::answer_room room{100};
  some_looks one{room, {300}};
  room.make_room();
  CHECK(one.aside.empty());
}

} // namespace answer_room_test
