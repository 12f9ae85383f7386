#include "core/domains/limits.hpp"

#include "core/domains/nested_networks.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace spfblock::domains {
namespace {

using net::address_set;
using net::family;
using networks = std::vector<net::ip_prefix>;

/// The widest first, of the same width the one that stands later.
bool goes_before(const net::ip_prefix& a, const net::ip_prefix& b) {
  return a.length() != b.length() ? a.length() < b.length() : b < a;
}

void refuse_first(networks& ordered, std::size_t count) {
  ordered.erase(ordered.begin(),
                ordered.begin() + static_cast<std::ptrdiff_t>(count));
}

/// The prefixes of the set that are shorter than `widest`.
address_set wider_than(unsigned widest, const address_set& set) {
  networks wide;
  for (const net::ip_prefix& each : set.to_prefixes()) {
    if (each.length() < widest)
      wide.push_back(each);
  }
  return address_set::of(wide);
}

/// The named networks of one family that are not refused yet.
class named_networks {
public:
  named_networks(address_set found, const networks& named, family of)
      : found_{std::move(found)} {
    for (const net::ip_prefix& each : named) {
      if (each.family() == of)
        ordered_.push_back(each);
    }
    const auto unnamed = (found_ - address_set::of(ordered_)).to_prefixes();
    ordered_.insert(ordered_.end(), unnamed.begin(), unnamed.end());
    std::sort(ordered_.begin(), ordered_.end(), goes_before);
    ordered_.erase(std::unique(ordered_.begin(), ordered_.end()),
                   ordered_.end());
  }

  [[nodiscard]] address_set listing() const {
    return found_ & address_set::of(ordered_);
  }

  /// @return the shortest prefix that was found, if it is too wide
  std::optional<unsigned> refuse_wider_than(unsigned widest) {
    const auto shortest = shortest_length();
    if (!shortest || *shortest >= widest)
      return std::nullopt;
    const auto first_allowed = std::find_if(
        ordered_.begin(), ordered_.end(),
        [widest](const auto& each) { return each.length() >= widest; });
    ordered_.erase(ordered_.begin(), first_allowed);
    refuse_sums(widest);
    return shortest;
  }

  /// Until no more than `most` IPv4 addresses, or IPv6 networks of 64 bits, are
  /// left.
  void refuse_over(std::uint64_t most) {
    const auto counts = last_counts(found_, ordered_);
    std::size_t left = ordered_.size();
    for (net::uint128 sum = 0; left > 0; --left) {
      sum += counts[left - 1];
      if (sum > most)
        break;
    }
    refuse_first(ordered_, left);
  }

private:
  [[nodiscard]] std::optional<unsigned> shortest_length() const {
    if (ordered_.empty())
      return std::nullopt;
    const unsigned named = ordered_.front().length();
    const auto of = ordered_.front().family();
    return std::min(named, found_.shortest_length(of).value_or(named));
  }

  /// @pre no network is wider than `widest`, which is not 0
  void refuse_sums(unsigned widest) {
    const address_set wide = wider_than(widest, listing());
    if (wide.empty())
      return;
    const auto block_of = [widest](const net::ip_prefix& each) {
      return net::ip_prefix::containing(each.first(), widest - 1);
    };
    std::stable_sort(ordered_.begin(), ordered_.end(),
                     [&](const auto& a, const auto& b) {
                       return block_of(a) < block_of(b);
                     });
    networks kept;
    for (auto first = ordered_.begin(); first != ordered_.end();) {
      const net::ip_prefix block = block_of(*first);
      const auto end =
          std::find_if(first, ordered_.end(), [&](const auto& each) {
            return block_of(each) != block;
          });
      networks within{first, end};
      if (wide.contains(block.first()))
        refuse_until_open(within, block);
      kept.insert(kept.end(), within.begin(), within.end());
      first = end;
    }
    ordered_ = std::move(kept);
    std::sort(ordered_.begin(), ordered_.end(), goes_before);
  }

  /// Until some address of the block is in none of the networks: the first that
  /// has one of its own is the last to go.
  static void refuse_until_open(networks& within, const net::ip_prefix& block) {
    networks nested = within;
    nested.push_back(block);
    const auto filled = filled_by_others(nested);
    if (!filled.back())
      return;
    const auto open = std::find(filled.begin(), filled.end(), false);
    refuse_first(within, static_cast<std::size_t>(open - filled.begin()) + 1);
  }

  address_set found_;
  networks ordered_; ///< as they are to be refused
};

/// Says what `limit` took from a listing.
void tell(limited& of, refusal limit, const address_set& before,
          const address_set& after) {
  limit.addresses = before - after;
  if (!limit.addresses.empty())
    of.refusals.push_back(std::move(limit));
}

/// The limits of one family.
struct family_limits {
  family of;
  std::optional<unsigned> widest;
  std::string_view widest_setting;
  std::optional<std::uint64_t> total;
  std::string_view total_setting;
  std::uint64_t (address_set::*count)() const noexcept;
};

/// Whether nothing of the family is over a limit.
bool is_within(const address_set& found, const networks& named,
               const family_limits& by) {
  if (by.total && (found.*by.count)() > *by.total)
    return false;
  if (!by.widest)
    return true;
  return found.shortest_length(by.of).value_or(*by.widest) >= *by.widest &&
         std::none_of(named.begin(), named.end(), [&](const auto& each) {
           return each.family() == by.of && each.length() < *by.widest;
         });
}

void limit_family(limited& of, const networks& named, const family_limits& by) {
  const address_set found = of.listing.only(by.of);
  if (found.empty() || is_within(found, named, by))
    return;
  named_networks rest{found, named, by.of};
  address_set narrow = found;
  if (by.widest) {
    if (const auto shortest = rest.refuse_wider_than(*by.widest)) {
      narrow = rest.listing();
      tell(of, {by.widest_setting, *shortest, *by.widest, {}}, found, narrow);
    }
  }
  address_set fitting = narrow;
  if (by.total && (narrow.*by.count)() > *by.total) {
    rest.refuse_over(*by.total);
    fitting = rest.listing();
    tell(of, {by.total_setting, (narrow.*by.count)(), *by.total, {}}, narrow,
         fitting);
  }
  of.listing -= found - fitting;
}

void limit_networks(limited& of, std::optional<std::uint64_t> most,
                    std::string_view setting) {
  if (!most)
    return;
  const std::size_t found = of.listing.prefix_count();
  if (found <= *most)
    return;
  const address_set kept = widest_of(of.listing, *most);
  tell(of, {setting, found, *most, {}}, of.listing, kept);
  of.listing = kept;
}

} // namespace

limited within_limits(const address_set& found, networks named,
                      const config::limit_settings& by) {
  limited within{found, {}};
  limit_family(within, named,
               {family::ipv4, by.widest_ipv4, "widest_ipv4", by.ipv4_addresses,
                "ipv4_addresses", &address_set::ipv4_count});
  limit_family(within, named,
               {family::ipv6, by.widest_ipv6, "widest_ipv6", by.ipv6_slash64s,
                "ipv6_slash64s", &address_set::ipv6_slash64_count});
  limit_networks(within, by.networks, "networks");
  return within;
}

void keep_to_share(limited& listing, networks named, const share& by) {
  limit_family(listing, named,
               {family::ipv4, std::nullopt, "", by.ipv4_addresses,
                "total.ipv4_addresses", &address_set::ipv4_count});
  limit_networks(listing, by.networks, "total.networks");
}

std::optional<std::uint64_t>
level_that_fits(const std::vector<std::uint64_t>& sizes, std::uint64_t most) {
  const auto fits = [&](std::uint64_t level) {
    std::uint64_t room = most;
    for (const std::uint64_t size : sizes) {
      const std::uint64_t cut = std::min(size, level);
      if (cut > room)
        return false;
      room -= cut;
    }
    return true;
  };
  if (fits(~std::uint64_t{0}))
    return std::nullopt;
  constexpr int digits = 5;
  std::uint64_t level = 0;
  int taken = 0; // binary digits of the level, from its first one on
  for (std::uint64_t digit = std::uint64_t{1} << 63U;
       digit != 0 && taken < digits; digit /= 2) {
    if (fits(level + digit))
      level += digit;
    taken += level != 0 ? 1 : 0;
  }
  return level;
}

address_set widest_of(const address_set& set, std::uint64_t most) {
  networks ipv4 = set.only(family::ipv4).to_prefixes();
  networks ipv6 = set.only(family::ipv6).to_prefixes();
  if (ipv4.size() + ipv6.size() <= most)
    return set;
  const std::uint64_t left_by_ipv6 =
      most - std::min<std::uint64_t>(most, ipv6.size());
  const std::uint64_t of_ipv4 = std::min<std::uint64_t>(
      ipv4.size(), std::max(most - most / 2, left_by_ipv6));
  ipv6 = widest_of(std::move(ipv6), most - of_ipv4);
  ipv4 = widest_of(std::move(ipv4), of_ipv4);
  ipv4.insert(ipv4.end(), ipv6.begin(), ipv6.end());
  return address_set::of(ipv4);
}

networks widest_of(networks of, std::uint64_t most) {
  if (of.size() <= most)
    return of;
  const auto end = of.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(of.begin(), end, of.end(), [](const auto& a, const auto& b) {
    return a.length() != b.length() ? a.length() < b.length() : a < b;
  });
  of.erase(end, of.end());
  std::sort(of.begin(), of.end());
  return of;
}

} // namespace spfblock::domains
