# The bridge to Java: Java_org_llmsys_bindings_internal_... functions, a file a room, in the same library. It needs a JDK's headers and no JVM to
# link with.
#
# Looked for in JAVA_HOME, beside java on the path, and where Linux distributions put JDKs. Without them the library is built without the bridge.
file(GLOB LLMSYS_JDKS /usr/lib/jvm/*)
find_program(LLMSYS_JAVAC javac)
if(LLMSYS_JAVAC)
    get_filename_component(LLMSYS_JAVAC_REAL ${LLMSYS_JAVAC} REALPATH)
    get_filename_component(LLMSYS_JAVAC_HOME ${LLMSYS_JAVAC_REAL}/../.. ABSOLUTE)
endif()
find_path(LLMSYS_JNI_HEADERS jni.h HINTS $ENV{JAVA_HOME}/include ${LLMSYS_JAVAC_HOME}/include PATHS ${LLMSYS_JDKS} PATH_SUFFIXES include)
if(LLMSYS_JNI_HEADERS)
    find_path(LLMSYS_JNI_MACHINE jni_md.h HINTS ${LLMSYS_JNI_HEADERS} PATH_SUFFIXES linux darwin win32 NO_DEFAULT_PATH)
endif()
if(LLMSYS_JNI_HEADERS AND LLMSYS_JNI_MACHINE)
    file(GLOB LLMSYS_BRIDGE CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
    add_library(llmsys_bridge OBJECT ${LLMSYS_BRIDGE})
    target_include_directories(llmsys_bridge PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(llmsys_bridge SYSTEM PRIVATE ${LLMSYS_JNI_HEADERS} ${LLMSYS_JNI_MACHINE})
    target_link_libraries(llmsys PRIVATE llmsys_bridge)
else()
    message(STATUS "jni.h was not found: the library has no bridge to Java (set JAVA_HOME to a JDK)")
endif()

# What the bundle org.llmsys.bindings includes when the library has been installed beside it: its own copy, and the line by which the framework finds
# it.
if(TARGET llmsys_bridge AND CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|aarch64)$")
    string(REPLACE "_" "-" LLMSYS_OSGI_PROCESSOR ${CMAKE_SYSTEM_PROCESSOR})
    set(LLMSYS_IN_BUNDLE native/linux-${CMAKE_SYSTEM_PROCESSOR}/libllmsys.so)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/bundle.bnd
        "-includeresource: ${LLMSYS_IN_BUNDLE}=\${.}/libllmsys.so\n"
        "Bundle-NativeCode: ${LLMSYS_IN_BUNDLE};osname=Linux;processor=${LLMSYS_OSGI_PROCESSOR},*\n")
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bundle.bnd DESTINATION . COMPONENT library)
endif()
