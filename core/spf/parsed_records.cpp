#include "core/spf/parsed_records.hpp"

#include "core/spf/record_parser.hpp"

#include <utility>

namespace spfblock::spf {

std::shared_ptr<const record> parsed_records::find(const dns::name& domain,
                                                   const std::string& text) {
  const auto known = records_.find(domain);
  if (known != records_.end() && known->second->text == text)
    return known->second;
  forget(domain);
  auto made = std::make_shared<const record>(parse_record(text));
  if (bytes_ + made->bytes() > most_bytes) {
    records_.clear();
    bytes_ = 0;
  }
  bytes_ += made->bytes();
  records_.emplace(domain, made);
  return made;
}

void parsed_records::forget(const dns::name& domain) {
  const auto known = records_.find(domain);
  if (known == records_.end())
    return;
  bytes_ -= known->second->bytes();
  records_.erase(known);
}

} // namespace spfblock::spf
