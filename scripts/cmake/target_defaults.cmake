# What every target of the project is compiled with.  Linked, never global.
add_library(spfblock_defaults INTERFACE)
target_compile_features(spfblock_defaults INTERFACE cxx_std_20)
target_include_directories(spfblock_defaults INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(spfblock_defaults INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef)

# Hardening as Debian builds its packages.
target_compile_options(spfblock_defaults INTERFACE
  -fstack-protector-strong -fstack-clash-protection
  $<$<CONFIG:RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
target_link_options(spfblock_defaults INTERFACE -Wl,-z,relro,-z,now)

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
