# What `cmake --install` puts where; folders that are not there are left out.
file(GLOB man_pages CONFIGURE_DEPENDS docs/man/*.[157])
foreach(page IN LISTS man_pages)
	string(REGEX REPLACE ".*\\." "" section ${page})
	install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(DIRECTORY rulesets/library/ DESTINATION ${CMAKE_INSTALL_DATADIR}/picket/rulesets
	FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY docs/errors DESTINATION ${CMAKE_INSTALL_DATADIR}/picket
	FILES_MATCHING PATTERN "PK*.md")
