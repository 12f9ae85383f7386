# Writes what names the version, where that has changed: FOLDER/version.cpp,
# FOLDER/version.cmake (for cpack) and FOLDER/changelog.Debian.
#
# cmake -DSOURCE=... -DFOLDER=... -DRELEASE=0.2.0 -P version.cmake
#
# The version is RELEASE where the commit has the tag vRELEASE, or no git tells.
# Else it is RELEASE~gitDATE.COMMIT, which is below RELEASE for dpkg.  DATE has the
# time too, 20261127153012 in UTC: two commits of a day are in their order.
# Changes that are not committed add `.dirty`, which is above the commit's own.
#
# Run by each build: a new commit needs no new configuration.

cmake_minimum_required(VERSION 3.25)

# @return what git says, or nothing.  A build by root asks in the user's tree; it
# runs that tree's CMake files anyway.
function(ask_git answer)
  set(said "")
  if(GIT AND EXISTS ${SOURCE}/.git)
    execute_process(
      COMMAND ${GIT} -c safe.directory=* --no-optional-locks -C ${SOURCE} ${ARGN}
      OUTPUT_VARIABLE said ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  set(${answer} "${said}" PARENT_SCOPE)
endfunction()

find_program(GIT git)
set(ENV{TZ} UTC)
ask_git(commit log -1 --date=format-local:%Y%m%d%H%M%S --format=%cd.%h
  --abbrev=7)
ask_git(tags tag --points-at HEAD)
ask_git(changes status --porcelain --untracked-files=no)
ask_git(SPFBLOCK_DATE log -1
  "--date=format-local:%a, %d %b %Y %H:%M:%S +0000" --format=%cd)
if(SPFBLOCK_DATE STREQUAL "")
  file(TIMESTAMP ${SOURCE}/CHANGELOG.md SPFBLOCK_DATE
    "%a, %d %b %Y %H:%M:%S +0000" UTC)
endif()

string(REPLACE "\n" ";" tags "${tags}")
set(SPFBLOCK_VERSION ${RELEASE})
if(commit AND NOT (v${RELEASE} IN_LIST tags AND changes STREQUAL ""))
  string(APPEND SPFBLOCK_VERSION "~git${commit}")
  if(NOT changes STREQUAL "")
    string(APPEND SPFBLOCK_VERSION ".dirty")
  endif()
endif()

configure_file(${SOURCE}/server/version.cpp.in ${FOLDER}/version.cpp @ONLY)
configure_file(${SOURCE}/etc/debian/changelog.in
  ${FOLDER}/changelog.Debian @ONLY)
file(CONFIGURE OUTPUT ${FOLDER}/version.cmake @ONLY
  CONTENT "set(CPACK_PACKAGE_VERSION @SPFBLOCK_VERSION@)\n")
