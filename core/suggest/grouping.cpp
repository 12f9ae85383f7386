#include "core/suggest/grouping.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace spfblock::suggest {
namespace {

/// What may be in common with others.
std::vector<std::string> ties_of(const suggestion& of) {
  std::vector<std::string> made;
  if (of.is_include)
    made.push_back("include " + of.name.to_string());
  for (const dns::name& each : of.includes)
    made.push_back("include " + each.to_string());
  for (const overlap& each : of.listed)
    made.push_back("networks of " + each.listing);
  return made;
}

/// Which of several belong together, by the first of each.
class partition {
public:
  explicit partition(std::size_t size) : first_(size) {
    std::iota(first_.begin(), first_.end(), std::size_t{0});
  }

  std::size_t first_of(std::size_t which) {
    while (first_[which] != which)
      which = first_[which] = first_[first_[which]];
    return which;
  }

  void join(std::size_t a, std::size_t b) {
    const std::size_t first = first_of(a);
    const std::size_t other = first_of(b);
    first_[std::max(first, other)] = std::min(first, other);
  }

private:
  std::vector<std::size_t> first_;
};

std::uint64_t badness(const suggestion& of) {
  return std::max(of.marks.bad(), of.traffic.bad);
}

bool is_before(const suggestion& a, const suggestion& b) {
  if (a.is_include != b.is_include)
    return a.is_include;
  return badness(a) != badness(b) ? badness(a) > badness(b) : a.name < b.name;
}

} // namespace

std::vector<group> grouped(std::vector<suggestion> all) {
  std::sort(all.begin(), all.end(), is_before);
  partition parts{all.size()};
  std::map<std::string, std::vector<std::size_t>> tied;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const std::string& tie : ties_of(all[i]))
      tied[tie].push_back(i);
  }
  for (const auto& [tie, whom] : tied) {
    for (const std::size_t each : whom)
      parts.join(whom.front(), each);
  }
  std::map<std::size_t, group> by_first;
  for (const auto& [tie, whom] : tied) {
    if (whom.size() > 1)
      by_first[parts.first_of(whom.front())].in_common.push_back(tie);
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    by_first[parts.first_of(i)].suggestions.push_back(std::move(all[i]));
  std::vector<group> made;
  for (auto& [first, each] : by_first)
    made.push_back(std::move(each));
  std::stable_sort(made.begin(), made.end(),
                   [](const group& a, const group& b) {
                     const auto worst = [](const group& of) {
                       std::uint64_t most = 0;
                       for (const suggestion& each : of.suggestions)
                         most = std::max(most, badness(each));
                       return most;
                     };
                     return worst(a) > worst(b);
                   });
  return made;
}

} // namespace spfblock::suggest
