# Target llmsys_memory: the allocator in Rust as a static library for WebAssembly.
#
# Debian's rustc has the sources of its library but no built one for this target, so cargo builds that too (-Zbuild-std, which a released compiler
# allows with RUSTC_BOOTSTRAP).
set(LLMSYS_CARGO_TARGET_DIR ${CMAKE_CURRENT_BINARY_DIR}/cargo)
set(LLMSYS_MEMORY_ARCHIVE ${LLMSYS_CARGO_TARGET_DIR}/wasm32-unknown-emscripten/release/libllmsys_wasm_memory.a)
file(GLOB_RECURSE LLMSYS_MEMORY_SOURCES CONFIGURE_DEPENDS ${NATIVE}/memory/src/allocator/*.rs)
list(APPEND LLMSYS_MEMORY_SOURCES ${NATIVE}/memory/src/fault.rs ${NATIVE}/memory/src/handles.rs)
find_program(CARGO cargo REQUIRED)

add_custom_command(
    OUTPUT ${LLMSYS_MEMORY_ARCHIVE}
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${LLMSYS_CARGO_TARGET_DIR} RUSTC=${LLMSYS_RUSTC} RUSTC_BOOTSTRAP=1
            ${CARGO} build --release --locked --quiet -Zbuild-std=std,panic_abort --target wasm32-unknown-emscripten
    WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
    DEPENDS ${LLMSYS_MEMORY_SOURCES} ${CMAKE_CURRENT_LIST_DIR}/src/lib.rs ${CMAKE_CURRENT_LIST_DIR}/Cargo.toml ${CMAKE_CURRENT_LIST_DIR}/Cargo.lock
    COMMENT "Building the allocator (Rust)"
    VERBATIM)
add_custom_target(llmsys_memory_build DEPENDS ${LLMSYS_MEMORY_ARCHIVE})

add_library(llmsys_memory STATIC IMPORTED GLOBAL)
set_target_properties(llmsys_memory PROPERTIES IMPORTED_LOCATION ${LLMSYS_MEMORY_ARCHIVE})
add_dependencies(llmsys_memory llmsys_memory_build)
