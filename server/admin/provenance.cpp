#include "server/admin/provenance.hpp"

#include "core/support/text.hpp"
#include "server/version.hpp"

#include <array>
#include <unistd.h>

namespace spfblock::server {

exports::provenance provenance_at(timestamp now) {
  exports::provenance made;
  made.version = version;
  std::array<char, 256> name{}; // HOST_NAME_MAX is 64, a DNS name 253
  if (gethostname(name.data(), name.size() - 1) == 0)
    made.host = printable(name.data());
  made.at = now.wall;
  return made;
}

} // namespace spfblock::server
