#include "core/dns/answer.hpp"

#include <utility>

namespace spfblock::dns {

answer failed_answer(std::string reason) {
  answer failed;
  failed.reason = std::move(reason);
  return failed;
}

} // namespace spfblock::dns
