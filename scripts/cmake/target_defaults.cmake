# What every target of the project is compiled with.  Linked, never global.
add_library(spfblock_defaults INTERFACE)
target_compile_features(spfblock_defaults INTERFACE cxx_std_20)
target_include_directories(spfblock_defaults INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(spfblock_defaults INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef)

# Hardening, in every build type: tests/blackbox/test_hardening.py reads it off
# the program.  What a compiler does not have is left out.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
target_compile_options(spfblock_defaults INTERFACE
  -fPIE -fstack-protector-strong)
target_compile_definitions(spfblock_defaults INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(spfblock_defaults INTERFACE
  -pie -Wl,-z,relro,-z,now,-z,noexecstack)
foreach(flag -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "has${flag}" found)
  check_cxx_compiler_flag(${flag} ${found})
  if(${found})
    target_compile_options(spfblock_defaults INTERFACE ${flag})
  endif()
endforeach()
# Fortified functions need an optimised build, and sanitizers do more.
if(SPFBLOCK_SANITIZE STREQUAL "")
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror")
  set(CMAKE_REQUIRED_DEFINITIONS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  check_cxx_source_compiles("#include <string>\nint main() {}" has_fortify_3)
  unset(CMAKE_REQUIRED_FLAGS)
  unset(CMAKE_REQUIRED_DEFINITIONS)
  if(has_fortify_3)
    set(fortify 3)
  else()
    set(fortify 2)
  endif()
  target_compile_options(spfblock_defaults INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
    $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=${fortify}>)
endif()

if(SPFBLOCK_WERROR)
  target_compile_options(spfblock_defaults INTERFACE -Werror)
endif()

if(NOT SPFBLOCK_SANITIZE STREQUAL "")
  target_compile_options(spfblock_defaults INTERFACE
    -fsanitize=${SPFBLOCK_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(spfblock_defaults INTERFACE
    -fsanitize=${SPFBLOCK_SANITIZE})
  if(SPFBLOCK_SANITIZE MATCHES "thread")
    # Asio's fences: ThreadSanitizer does not model them, and says so.
    target_compile_options(spfblock_defaults INTERFACE -Wno-tsan)
  endif()
endif()
