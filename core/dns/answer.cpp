#include "core/dns/answer.hpp"

#include <utility>

namespace spfblock::dns {

answer failed_answer(std::string reason) {
  answer failed;
  failed.reason = std::move(reason);
  return failed;
}

std::size_t answer::bytes() const noexcept {
  std::size_t sum = addresses.size() * sizeof(net::ip_address);
  for (const std::string& each : texts)
    sum += sizeof each + each.size();
  for (const mail_exchange& each : exchanges)
    sum += sizeof each + each.host.wire().size();
  for (const name& each : aliases)
    sum += sizeof each + each.wire().size();
  return sum;
}

} // namespace spfblock::dns
