# Writes the files of the page into a source of the program, as they are and
# compressed: the same octets from the same files.
#
# cmake -DFILES=a.js|b.css|... -DTO=embedded_files.cpp -P page_files.cmake

cmake_minimum_required(VERSION 3.25)

# Appends "\x1f\x8b..." of a file, and how long it is, as a std::string_view.
function(append_octets file to)
  file(SIZE ${file} size)
  file(READ ${file} octets HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" octets "${octets}")
  set(${to} "${${to}}     {\"${octets}\", ${size}},\n" PARENT_SCOPE)
endfunction()

function(content_type file to)
  cmake_path(GET file EXTENSION LAST_ONLY ending)
  set(types .js text/javascript .css text/css .html text/html .svg image/svg+xml)
  list(FIND types "${ending}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${file}: of what type?")
  endif()
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  set(${to} "${type}; charset=utf-8" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" files "${FILES}")
set(rows "")
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  file(SHA256 ${file} digest)
  content_type(${file} type)
  execute_process(COMMAND gzip -9nc ${file}
    OUTPUT_FILE ${TO}.gz COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND rows "    {\"${name}\", \"${type}\", \"${digest}\",\n")
  append_octets(${file} rows)
  append_octets(${TO}.gz rows)
  string(APPEND rows "    },\n")
endforeach()
file(REMOVE ${TO}.gz)
list(LENGTH files count)
file(WRITE ${TO} "// Written by scripts/cmake/page_files.cmake.
#include \"server/page/embedded_files.hpp\"

namespace spfblock::server {

const page_file embedded_files[] = {
${rows}};
const std::size_t embedded_count = ${count};

} // namespace spfblock::server
")
