// What scripts/cmake/page_files.cmake writes into embedded_files.cpp.
#pragma once

#include "server/page/page_files.hpp"

#include <cstddef>

namespace spfblock::server {

extern const page_file embedded_files[];
extern const std::size_t embedded_count;

} // namespace spfblock::server
