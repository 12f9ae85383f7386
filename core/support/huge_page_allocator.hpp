// Memory for large arrays that are read at random.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <sys/mman.h>

namespace spfblock {

/// An allocator (C++ named requirement) that asks the kernel to put arrays of
/// 2 MiB and more on huge pages (madvise(2), MADV_HUGEPAGE): with pages of
/// 4 KiB a lookup in a large table spends more on finding the page than on
/// reading it.  A kernel that has none gives ordinary ones, and so does a
/// system where there is nothing to ask (FreeBSD's kernel decides by itself).
///
/// Stateless.  Throws std::bad_alloc.  Thread safety: all, from any thread.
template <class T>
class huge_page_allocator {
public:
  using value_type = T;

  huge_page_allocator() = default;
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): required of an allocator
  huge_page_allocator(const huge_page_allocator<Other>& /*same*/) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / (2 * sizeof(T)))
      throw std::bad_array_new_length{};
    const std::size_t bytes = count * sizeof(T);
    if (bytes < page)
      return static_cast<T*>(::operator new(bytes));
    void* at = ::operator new (bytes, std::align_val_t{page});
#ifdef MADV_HUGEPAGE
    // Advice only: may fail.  Whole pages, or the last would be wasted.
    ::madvise(at, bytes / page * page, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(at);
  }

  void deallocate(T* at, std::size_t count) noexcept {
    if (count * sizeof(T) < page)
      ::operator delete(at);
    else
      ::operator delete (at, std::align_val_t{page});
  }

  friend bool operator==(const huge_page_allocator&,
                         const huge_page_allocator&) = default;

private:
  static constexpr std::size_t page = std::size_t{2} << 20U;
};

} // namespace spfblock
