#include "tests/bench/dir_24_8.hpp"

#include <algorithm>
#include <new>
#include <sys/mman.h>
#include <unordered_set>

namespace spfblock::bench {

namespace {

using tree = net::patricia_tree<std::uint32_t>;

std::span<std::uint32_t> mapped(std::size_t size) {
  if (size == 0)
    return {};
  constexpr std::size_t huge = std::size_t{2} << 20U;
  const std::size_t bytes = (size * sizeof(std::uint32_t) + huge - 1) & -huge;
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED)
    throw std::bad_alloc{};
  ::madvise(at, bytes, MADV_HUGEPAGE);
  return {static_cast<std::uint32_t*>(at), bytes / sizeof(std::uint32_t)};
}

void unmap(std::span<std::uint32_t> what) {
  if (!what.empty())
    ::munmap(what.data(), what.size_bytes());
}

} // namespace

dir_24_8::dir_24_8(std::vector<net::tree_entry<std::uint32_t>> entries) {
  // The more specific one overwrites; of equal ones the first stands.
  std::stable_sort(
      entries.begin(), entries.end(),
      [](const auto& a, const auto& b) { return a.length < b.length; });
  std::unordered_set<std::uint32_t> blocks;
  std::unordered_set<std::uint64_t> known;
  for (const auto& each : entries)
    if (each.length > 24)
      blocks.insert(each.first >> 8U);
  first_ = mapped(first_size);
  second_ = mapped(blocks.size() << 8U);
  std::fill(first_.begin(), first_.end(), tree::no_value);
  for (const auto& each : entries) {
    if (!known.insert(std::uint64_t{each.first} << 8U | each.length).second)
      continue;
    const std::uint32_t block = each.first >> 8U;
    if (each.length <= 24) {
      std::fill_n(&first_[block], std::size_t{1} << (24U - each.length),
                  each.value);
    } else {
      std::fill_n(second_level(first_[block]) + (each.first & 0xffU),
                  std::size_t{1} << (32U - each.length), each.value);
    }
  }
}

dir_24_8::~dir_24_8() {
  unmap(first_);
  unmap(second_);
}

std::size_t dir_24_8::memory() const noexcept {
  return first_.size_bytes() +
         (std::size_t{groups_} << 8U) * sizeof(std::uint32_t);
}

/// The 256 entries behind one of the first level; made where there are none.
std::uint32_t* dir_24_8::second_level(std::uint32_t& entry) noexcept {
  if ((entry & further) == 0) {
    std::fill_n(&second_[std::size_t{groups_} << 8U], 256, entry);
    entry = further | groups_++;
  }
  return &second_[std::size_t{entry & ~further} << 8U];
}

} // namespace spfblock::bench
