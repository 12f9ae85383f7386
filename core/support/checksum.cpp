#include "core/support/checksum.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

namespace spfblock {

std::string crc32_text(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

} // namespace spfblock
