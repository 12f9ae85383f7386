#include "tests/bench/sorted_ranges.hpp"

#include "core/net/ip_address.hpp"

#include <algorithm>

namespace spfblock::bench {

template <class Key>
sorted_ranges<Key>::sorted_ranges(std::vector<net::tree_entry<Key>> entries) {
  constexpr std::uint32_t none = net::patricia_tree<Key>::no_value;
  constexpr unsigned width = sizeof(Key) * 8;
  struct open_range {
    Key last;
    std::uint32_t value;
  };
  std::stable_sort(
      entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.length < b.length;
      });
  std::vector<open_range> around; // the prefixes that the place lies in
  const auto close_until = [&](const Key* next) {
    while (!around.empty() && (next == nullptr || around.back().last < *next)) {
      const Key last = around.back().last;
      around.pop_back();
      if (last != static_cast<Key>(~Key{0}))
        begin_range(last + 1, around.empty() ? none : around.back().value);
    }
  };
  begin_range(0, none);
  const net::tree_entry<Key>* before = nullptr;
  for (const auto& each : entries) {
    if (before != nullptr && before->first == each.first &&
        before->length == each.length)
      continue;
    before = &each;
    close_until(&each.first);
    const Key hosts = each.length == width
                          ? Key{0}
                          : static_cast<Key>(~Key{0}) >> each.length;
    around.push_back({static_cast<Key>(each.first | hosts), each.value});
    begin_range(each.first, each.value);
  }
  close_until(nullptr);
  firsts_.shrink_to_fit();
  values_.shrink_to_fit();
}

template <class Key>
void sorted_ranges<Key>::begin_range(Key first, std::uint32_t value) {
  if (!firsts_.empty() && firsts_.back() == first) {
    values_.back() = value;
    return;
  }
  if (!values_.empty() && values_.back() == value)
    return;
  firsts_.push_back(first);
  values_.push_back(value);
}

template class sorted_ranges<std::uint32_t>;
template class sorted_ranges<net::uint128>;

} // namespace spfblock::bench
