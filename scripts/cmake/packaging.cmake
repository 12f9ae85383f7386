# What is installed, and the Debian package: cpack -G DEB.
#
# Component `program` is what `cmake --install` copies.  Component `package` is
# what only a package manager may own: configuration, units, Debian's papers.

set(docs ${PROJECT_SOURCE_DIR}/docs)
set(etc ${PROJECT_SOURCE_DIR}/etc)
set(doc_folder ${CMAKE_INSTALL_DATAROOTDIR}/doc/spfblock)
# Of docs/: the pages for users.
set(user_pages
  building.md
  expand-json.md
  doors.md
  export.md
  fleet.md
  history.md
  log-events.md
  mail-log.md
  metrics.md
  operations.md
  page.md
  performance-growth.svg
  performance.md
  providers.md
  spf-semantics.md
  status-json.md
  symptoms.md
  threat-model.md)

# Installs a file as DESTINATION/NAME.gz, the same octets each time.  Further
# arguments go to install().
function(install_compressed file destination name)
  install(CODE "
    set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${destination}\")
    file(MAKE_DIRECTORY \"\${folder}\")
    execute_process(COMMAND gzip -9nc \"${file}\"
      OUTPUT_FILE \"\${folder}/${name}.gz\" COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD \"\${folder}/${name}.gz\"
      PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)"
    ${ARGN})
endfunction()

# The program and what it is read with.
install(TARGETS spfblock
  RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT program)
install_compressed(${docs}/man/spfblock.8
  ${CMAKE_INSTALL_MANDIR}/man8 spfblock.8 COMPONENT program)
install_compressed(${docs}/man/spfblock.json.5
  ${CMAKE_INSTALL_MANDIR}/man5 spfblock.json.5 COMPONENT program)
install(FILES ${etc}/completion/spfblock.bash
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions
  RENAME spfblock COMPONENT program)
install(FILES ${etc}/completion/spfblock.zsh
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions
  RENAME _spfblock COMPONENT program)
install(FILES ${etc}/completion/spfblock.fish
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d
  COMPONENT program)

# To be read, and copied into lists of one's own; the program has its own copy.
# The schema is for editors.
install(FILES ${etc}/providers.txt ${etc}/providers-networks.txt
  ${etc}/spfblock.schema.json
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/spfblock COMPONENT program)

# What its users read, laid out so that links between the pages, and to `etc`,
# lead somewhere.  README.md without what follows "## Take part".
install(CODE "
  set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${doc_folder}\")
  file(READ \"${PROJECT_SOURCE_DIR}/README.md\" text)
  string(FIND \"\${text}\" \"\\n## Take part\\n\" end)
  string(SUBSTRING \"\${text}\" 0 \${end} text)
  file(WRITE \"\${folder}/README.md\" \"\${text}\")
  file(CREATE_LINK examples \"\${folder}/etc\" SYMBOLIC)"
  COMPONENT program)
list(TRANSFORM user_pages PREPEND ${docs}/)
install(FILES ${user_pages}
  DESTINATION ${doc_folder}/docs COMPONENT program)
install(FILES
  ${etc}/grafana-dashboard.json
  ${etc}/main.cf.example
  ${etc}/prometheus-alerts.yml
  ${etc}/spfblock-policy.socket
  ${etc}/spfblock.json
  ${etc}/spfblock.service
  ${etc}/spfblock.socket
  ${etc}/spfblock.sysusers
  DESTINATION ${doc_folder}/examples COMPONENT program)

install(DIRECTORY ${etc}/fleet
  DESTINATION ${doc_folder}/examples COMPONENT program)

# What the package owns on the system.
install(FILES
  ${etc}/spfblock-policy.socket
  ${etc}/spfblock.service
  ${etc}/spfblock.socket
  DESTINATION /usr/lib/systemd/system COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${etc}/spfblock.sysusers
  DESTINATION /usr/lib/sysusers.d RENAME spfblock.conf
  COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${etc}/debian/spfblock.json
  DESTINATION /etc/spfblock COMPONENT package EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION /etc/spfblock/conf.d
  COMPONENT package EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION /etc/spfblock/domains.d
  COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${etc}/logcheck/spfblock
  DESTINATION /etc/logcheck/ignore.d.server
  COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${etc}/debian/copyright
  DESTINATION ${doc_folder} COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${etc}/debian/lintian-overrides
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides RENAME spfblock
  COMPONENT package EXCLUDE_FROM_ALL)
install_compressed(${PROJECT_BINARY_DIR}/version/changelog.Debian
  ${doc_folder} changelog.Debian COMPONENT package EXCLUDE_FROM_ALL)
install_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md
  ${doc_folder} changelog COMPONENT package EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spfblock)
# The version is that of the last build, which cpack asks for.
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_BINARY_DIR}/version/version.cmake)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${SPFBLOCK_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "rejects the hosts that spammers list in their SPF records")
set(CPACK_PACKAGE_DESCRIPTION
"Spammers publish SPF records, and those records list the hosts their spam
comes from. spfblock expands the SPF records of the domains that you name,
again and again, keeps the networks in memory and tells Postfix to reject
them, by the tcp_table(5) protocol. When a record changes, the list has
changed: no postmap, no reload.
.
What you allow is never listed, and limits bound what a record can list. The
list can be exported for DNSBL servers, nftables and other tables of Postfix.")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
# Paths such as /etc are absolute; the rest goes below /usr, whatever prefix the
# build has.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_INSTALL_CMAKE_PROJECTS
  ${PROJECT_BINARY_DIR} spfblock program /
  ${PROJECT_BINARY_DIR} spfblock package /)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The user of the service is made by systemd-sysusers.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "systemd | systemd-standalone-sysusers | systemd-sysusers")
# Not recommended: that would put Postfix in the place of another mail server,
# also where only the exports are wanted.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "logcheck, postfix, prometheus")
set(CPACK_DEBIAN_PACKAGE_ENHANCES postfix)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${etc}/debian/conffiles
  ${etc}/debian/postinst
  ${etc}/debian/postrm
  ${etc}/debian/prerm)
include(CPack)
