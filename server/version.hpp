// Which spfblock this is, as in 0.2.0 or 0.2.0~git20261127153012.c12cd69
// (scripts/cmake/version.cmake).
#pragma once

namespace spfblock::server {

extern const char* const version;

} // namespace spfblock::server
