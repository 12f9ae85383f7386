#include "core/page/include_tree.hpp"

#include "core/support/text.hpp"

#include <tsl/hopscotch_map.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace spfblock::page {
namespace {

constexpr std::string_view arrow = " -> ";

template <class Visit>
void for_each_step(std::string_view chain, Visit visit) {
  for (auto end = chain.find(arrow); end != std::string_view::npos;
       end = chain.find(arrow)) {
    visit(chain.substr(0, end));
    chain.remove_prefix(end + arrow.size());
  }
  visit(chain);
}

/// The domain whose record a step leads to: what stands behind `include:` or
/// `redirect=`, or the first step as it is.
std::string target_of(std::string_view step) {
  const auto mark = step.find_first_of(":=");
  if (mark != std::string_view::npos)
    step.remove_prefix(mark + 1);
  if (step.ends_with('.'))
    step.remove_suffix(1);
  return to_lower(step);
}

/// The record below `under` that a step leads to, which is made at need.
tree_record& child(tree_record& under, std::string_view step) {
  const auto found =
      std::find_if(under.below.begin(), under.below.end(),
                   [&](const tree_record& each) { return each.step == step; });
  if (found != under.below.end())
    return *found;
  return under.below.emplace_back(
      tree_record{std::string{step}, {}, {}, 0, {}});
}

/// @pre the chain begins with the root
tree_record& record_at(tree_record& root, std::string_view chain) {
  tree_record* at = nullptr;
  for_each_step(chain, [&](std::string_view step) {
    at = at == nullptr ? &root : &child(*at, step);
  });
  return *at;
}

tree_record tree_of(const domains::known_domain& of) {
  tree_record root{of.domain.name.to_string(), {}, {}, 0, {}};
  for (const domains::authorisation& each : of.good.authorised)
    record_at(root, of.good.records[each.record])
        .terms.push_back({each.term, each.addresses.prefix_count(), each.since,
                          each.kept_for > moment::duration{0}});
  return root;
}

using records_by_target =
    tsl::hopscotch_map<std::string, std::vector<tree_record*>>;

void index(tree_record& of, records_by_target& into) {
  into[target_of(of.step)].push_back(&of);
  for (tree_record& each : of.below)
    index(each, into);
}

/// The domains whose records the expansion of `of` came to, its own too.
std::unordered_set<std::string> targets_of(const domains::known_domain& of) {
  std::unordered_set<std::string> targets{of.domain.name.to_string()};
  for (const std::string& chain : of.good.records)
    for_each_step(
        chain, [&](std::string_view step) { targets.insert(target_of(step)); });
  return targets;
}

void note_sharing(tree_record& of, const std::string& name) {
  if (of.also_in.size() < most_sharing)
    of.also_in.push_back(name);
  ++of.sharing;
}

} // namespace

tree_record include_tree(const domains::known_domain& of,
                         const domains::domain_book& book) {
  tree_record root = tree_of(of);
  records_by_target ours;
  index(root, ours);
  for (const domains::known_domain& other : book.domains()) {
    if (&other == &of || other.role != domains::role::listed)
      continue;
    for (const std::string& target : targets_of(other)) {
      const auto shared = ours.find(target);
      if (shared == ours.end())
        continue;
      for (tree_record* const each : shared->second)
        note_sharing(*each, other.domain.name.to_string());
    }
  }
  return root;
}

std::vector<std::string> steps_of(std::string_view chain) {
  std::vector<std::string> steps;
  for_each_step(chain,
                [&](std::string_view step) { steps.emplace_back(step); });
  return steps;
}

} // namespace spfblock::page
