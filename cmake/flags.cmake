# picket_flags: how every file of ours is compiled and linked.
add_library(picket_flags INTERFACE)
target_include_directories(picket_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(picket_flags INTERFACE
	_GNU_SOURCE
	PICKET_VERSION="${PROJECT_VERSION}"
	PICKET_DATADIR="${CMAKE_INSTALL_FULL_DATADIR}/picket")
# For C only: one file of the program is assembler.
function(picket_c_options)
	target_compile_options(picket_flags INTERFACE "$<$<COMPILE_LANGUAGE:C>:${ARGN}>")
endfunction()

picket_c_options(-Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes
	-Wvla -Wformat=2 -Wundef)

if(PICKET_WERROR)
	picket_c_options(-Werror)
endif()

if(PICKET_SANITIZE)
	set(sanitize -fsanitize=${PICKET_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	picket_c_options(${sanitize})
	target_link_options(picket_flags INTERFACE ${sanitize})
endif()

if(PICKET_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
		message(FATAL_ERROR "PICKET_FUZZ needs clang")
	endif()
	picket_c_options(-fsanitize=fuzzer-no-link)
endif()

if(PICKET_HARDEN)
	picket_c_options(
		-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
		-fstack-clash-protection -fcf-protection)
	target_link_options(picket_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

if(PICKET_LTO)
	include(CheckIPOSupported)
	check_ipo_supported(RESULT lto_works OUTPUT lto_output LANGUAGES C)
	set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${lto_works})
endif()

if(PICKET_COVERAGE)
	picket_c_options(--coverage)
	target_link_options(picket_flags INTERFACE --coverage)
endif()

if(PICKET_ANALYZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
	# The failure value of iconv_open is taken for a leak; real ones are found by the dev preset.
	picket_c_options(-fanalyzer -Wno-analyzer-malloc-leak)
elseif(PICKET_ANALYZE)
	find_program(CLANG_TIDY clang-tidy REQUIRED)
	set(CMAKE_C_CLANG_TIDY ${CLANG_TIDY})
endif()
