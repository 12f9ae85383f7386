# What most sources of a target include, read by the compiler once.  A source
# still includes what it uses: the presets `portable` and `fuzz` and scripts/check
# compile it without.
function(precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # For ccache, which must see what is behind it.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()
