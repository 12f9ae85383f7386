#include "core/protocols/conversation.hpp"

namespace spfblock::protocols {

conversation::conversation(const spoken& at) {
  switch (at.kind) {
  case door::tcp_table: spoken_.emplace<tcp_table>(); break;
  case door::policy: spoken_.emplace<policy>(); break;
  case door::socketmap: spoken_.emplace<socketmap>(); break;
  case door::dnsbl: spoken_.emplace<dnsbl_stream>(at.list); break;
  }
}

} // namespace spfblock::protocols
