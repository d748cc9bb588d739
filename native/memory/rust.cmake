# Target llmsys_memory: the Rust crate as a static library, built by cargo in the build folder.
#
# Its lls_* functions become the library's own: include/llmsys.map exports them and hides the rest, Rust's names too. The crate is one object file
# (codegen-units = 1), so the engine's first call of lls_allocate brings all of it; -u says so for those who link less.
set(LLMSYS_CARGO_TARGET_DIR ${CMAKE_CURRENT_BINARY_DIR}/cargo)
set(LLMSYS_MEMORY_ARCHIVE ${LLMSYS_CARGO_TARGET_DIR}/release/${CMAKE_STATIC_LIBRARY_PREFIX}llmsys_memory${CMAKE_STATIC_LIBRARY_SUFFIX})
file(GLOB_RECURSE LLMSYS_MEMORY_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/src/*.rs)
list(FILTER LLMSYS_MEMORY_SOURCES EXCLUDE REGEX "/tests(/.*)?\\.rs$")

add_custom_command(
    OUTPUT ${LLMSYS_MEMORY_ARCHIVE}
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${LLMSYS_CARGO_TARGET_DIR} ${CARGO} build --release --locked --quiet
    WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
    DEPENDS ${LLMSYS_MEMORY_SOURCES} ${CMAKE_CURRENT_LIST_DIR}/Cargo.toml ${CMAKE_CURRENT_LIST_DIR}/Cargo.lock
    COMMENT "Building the memory layer (Rust)"
    VERBATIM)
add_custom_target(llmsys_memory_build DEPENDS ${LLMSYS_MEMORY_ARCHIVE})

add_library(llmsys_memory STATIC IMPORTED GLOBAL)
set_target_properties(llmsys_memory PROPERTIES IMPORTED_LOCATION ${LLMSYS_MEMORY_ARCHIVE})
target_link_libraries(llmsys_memory INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
if(UNIX)
    target_link_libraries(llmsys_memory INTERFACE m)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(llmsys_memory INTERFACE -Wl,-u,lls_allocate -Wl,-u,lls_pipeline_open -Wl,-u,lls_server_start)
endif()
add_dependencies(llmsys_memory llmsys_memory_build)
