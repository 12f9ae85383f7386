# What makes a whole build quicker.  A source still includes what it uses: the
# presets of developers, and scripts/check, compile it without.

# What most sources of a target include, read by the compiler once.
function(precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # For ccache, which must see what is behind it.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

# With CMAKE_UNITY_BUILD, the sources of a room are compiled as one, so that what
# they share is compiled once: in a room, a name of a nameless namespace has one
# meaning.  At most `many` together: one changed source compiles no more again.
function(compile_by_room target many)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH room)
    if(NOT IS_ABSOLUTE ${source})
      string(MAKE_C_IDENTIFIER "room_${room}" room)
      math(EXPR part "0${${room}_count} / ${many}")
      math(EXPR ${room}_count "0${${room}_count} + 1")
      set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${room}_${part})
    endif()
  endforeach()
  set_property(TARGET ${target} PROPERTY UNITY_BUILD_MODE GROUP)
endfunction()
