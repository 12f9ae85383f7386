#include "core/protocols/conversation.hpp"

namespace spfblock::protocols {

conversation::conversation(door at) {
  switch (at) {
  case door::tcp_table: spoken_.emplace<tcp_table>(); break;
  }
}

} // namespace spfblock::protocols
