#include "core/exports/octet_keys.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace spfblock::exports {
namespace {

constexpr unsigned octet_bits = 8;
constexpr unsigned ipv4_width = 32;
constexpr std::size_t slot_count = 256;

using sources = std::span<const octet_source>;

/// No network: index of addresses that are not listed.
constexpr std::uint32_t nothing = std::numeric_limits<std::uint32_t>::max();

/// Which network answers in each part of a node that is an octet longer.
using slots = std::array<std::uint32_t, slot_count>;

struct octet_node;

/// Slots of a node that say the same, or one that has a node of its own.
struct stretch {
  std::size_t from = 0; ///< slot; it ends before the next one
  text_number says = not_listed;
  std::unique_ptr<octet_node> below{};
};

/// The addresses below a key, where they are not all answered alike.
struct octet_node {
  std::uint32_t first = 0;
  unsigned length = 0; ///< 0, 8, 16 or 24
  std::vector<stretch> stretches{};
  /// The labels with which a key for the whole leaves the fewest keys below.
  /// Ascending.
  std::vector<text_number> best{};
};

std::size_t end_of(const octet_node& of, std::size_t index) {
  return index + 1 < of.stretches.size() ? of.stretches[index + 1].from
                                         : slot_count;
}

/// The lowest address of a slot.
std::uint32_t first_of(const octet_node& of, std::size_t slot) {
  return of.first | static_cast<std::uint32_t>(slot)
                        << (ipv4_width - octet_bits - of.length);
}

std::size_t slot_of(const octet_node& of, std::uint32_t address) {
  return (address >> (ipv4_width - octet_bits - of.length)) % slot_count;
}

/// Finds the keys, in two passes as one finds the shortest routing table:
/// upwards, which labels are best for a node; downwards, where one that is best
/// already holds, no key is needed.
class key_finder {
public:
  key_finder(const std::function<text_number(std::uint32_t, std::uint32_t,
                                             unsigned)>& label_of,
             std::size_t most)
      : label_of_{label_of},
        most_{most} {}

  /// No key stands for everybody, so nobody is listed but by the keys of one
  /// octet; what is below one of them is forgotten before the next.
  std::optional<std::vector<octet_key>> find(sources all) {
    octet_node root;
    walk(root, all, nothing,
         [this, &root](std::size_t slot, std::uint32_t source, sources within) {
           if (within.empty())
             return put(first_of(root, slot), octet_bits,
                        label_at(source, first_of(root, slot), octet_bits),
                        not_listed);
           put(*node_at(first_of(root, slot), octet_bits, source, within),
               not_listed);
         });
    if (is_over_)
      return std::nullopt;
    return std::move(keys_);
  }

private:
  text_number label_at(std::uint32_t source, std::uint32_t first,
                       unsigned length) {
    return source == nothing ? not_listed : label_of_(source, first, length);
  }

  /// Tells each slot: which network answers for it, and the more specific ones
  /// within.
  template <class Tell>
  void walk(const octet_node& of, sources inner, std::uint32_t around,
            Tell tell) {
    slots answering;
    answering.fill(around);
    const unsigned length = of.length + octet_bits;
    std::array<sources, slot_count> within{};
    for (std::size_t i = 0; i < inner.size();) {
      const std::size_t slot = slot_of(of, inner[i].first);
      if (inner[i].length <= length) {
        const std::size_t count = std::size_t{1} << (length - inner[i].length);
        std::fill_n(answering.begin() + static_cast<std::ptrdiff_t>(slot),
                    count, inner[i].index);
        ++i;
        continue;
      }
      const std::size_t begin = i;
      while (i < inner.size() && inner[i].length > length &&
             slot_of(of, inner[i].first) == slot)
        ++i;
      within[slot] = inner.subspan(begin, i - begin);
    }
    for (std::size_t slot = 0; slot < slot_count; ++slot)
      tell(slot, answering[slot], within[slot]);
  }

  std::unique_ptr<octet_node> node_at(std::uint32_t first, unsigned length,
                                      std::uint32_t around, sources inner) {
    auto made = std::make_unique<octet_node>();
    made->first = first;
    made->length = length;
    walk(*made, inner, around,
         [this, &node = *made](std::size_t slot, std::uint32_t source,
                               sources within) {
           append(node, slot, source, within);
         });
    made->best = best_of(*made);
    return made;
  }

  void append(octet_node& to, std::size_t slot, std::uint32_t source,
              sources within) {
    const std::uint32_t first = first_of(to, slot);
    const unsigned length = to.length + octet_bits;
    if (!within.empty()) {
      to.stretches.push_back(
          {slot, not_listed, node_at(first, length, source, within)});
      return;
    }
    const text_number says = label_at(source, first, length);
    if (to.stretches.empty() || to.stretches.back().below ||
        to.stretches.back().says != says)
      to.stretches.push_back({slot, says});
  }

  /// Those that are best for most of the slots.
  static std::vector<text_number> best_of(const octet_node& of) {
    std::vector<std::pair<text_number, std::size_t>> votes;
    for (std::size_t i = 0; i < of.stretches.size(); ++i) {
      const stretch& each = of.stretches[i];
      if (each.below) {
        for (const text_number one : each.below->best)
          votes.emplace_back(one, 1);
      } else {
        votes.emplace_back(each.says, end_of(of, i) - each.from);
      }
    }
    std::sort(votes.begin(), votes.end());
    std::vector<text_number> best;
    std::size_t most = 0;
    for (std::size_t i = 0; i < votes.size();) {
      const text_number one = votes[i].first;
      std::size_t count = 0;
      for (; i < votes.size() && votes[i].first == one; ++i)
        count += votes[i].second;
      if (count > most)
        best.clear();
      if (count >= most)
        best.push_back(one);
      most = std::max(most, count);
    }
    return best;
  }

  /// A key, unless what holds around says the same.
  void put(std::uint32_t first, unsigned length, text_number says,
           text_number around) {
    if (says == around)
      return;
    if (keys_.size() >= most_)
      is_over_ = true;
    else
      keys_.push_back({first, length, says});
  }

  void put(const octet_node& of, text_number around) {
    const text_number holds =
        std::binary_search(of.best.begin(), of.best.end(), around)
            ? around
            : of.best.front();
    put(of.first, of.length, holds, around);
    for (std::size_t i = 0; i < of.stretches.size() && !is_over_; ++i) {
      const stretch& each = of.stretches[i];
      if (each.below) {
        put(*each.below, holds);
        continue;
      }
      for (std::size_t slot = each.from; slot < end_of(of, i); ++slot)
        put(first_of(of, slot), of.length + octet_bits, each.says, holds);
    }
  }

  const std::function<text_number(std::uint32_t, std::uint32_t, unsigned)>&
      label_of_;
  std::size_t most_;
  std::vector<octet_key> keys_;
  bool is_over_ = false;
};

} // namespace

std::optional<std::vector<octet_key>> octet_keys(
    const std::vector<octet_source>& networks,
    const std::function<text_number(std::uint32_t index, std::uint32_t first,
                                    unsigned length)>& label_of,
    std::size_t most) {
  return key_finder{label_of, most}.find(networks);
}

} // namespace spfblock::exports
