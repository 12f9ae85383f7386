#include "core/spf/inquiry.hpp"

#include "core/spf/rules.hpp"

#include <algorithm>

namespace spfblock::spf {

inquiry::lookup inquiry::ask(const dns::question& asked) {
  const dns::answer* given = answers_.find(asked);
  if (!asked_.contains(asked)) {
    const bool is_to_be_asked = given == nullptr;
    if ((most_ && asked_.size() >= *most_) ||
        (is_to_be_asked && asks_no_more_ != nullptr))
      return {availability::over_limit, nullptr};
    asked_.insert(asked);
    if (is_to_be_asked)
      missing_.push_back(asked);
  }
  if (given == nullptr)
    return {availability::missing, nullptr};
  // A negative answer without SOA says nothing of its life time.
  if (given->status == dns::answer_status::records ||
      (given->is_void() && given->ttl > 0))
    ttl_ = std::min(ttl_, given->ttl);
  return {availability::found, given};
}

const char* inquiry::limit() const noexcept {
  return asks_no_more_ != nullptr ? asks_no_more_ : over_dns_queries;
}

} // namespace spfblock::spf
