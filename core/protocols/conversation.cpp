#include "core/protocols/conversation.hpp"

namespace spfblock::protocols {

conversation::conversation(door at) {
  switch (at) {
  case door::tcp_table: spoken_.emplace<tcp_table>(); break;
  case door::policy: spoken_.emplace<policy>(); break;
  case door::socketmap: spoken_.emplace<socketmap>(); break;
  }
}

} // namespace spfblock::protocols
