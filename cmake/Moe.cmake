# How this project builds: one folder of lib/ is one library.

set(MOE_CXX_FLAGS -Wall -Wextra -Wno-unused-parameter)
if(MOE_ENABLE_ASSERTIONS)
  foreach(config RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${config} "${CMAKE_CXX_FLAGS_${config}}")
  endforeach()
  add_compile_options(-UNDEBUG)
endif()
if(MOE_SANITIZE)
  add_compile_options(-fsanitize=${MOE_SANITIZE} -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # It reads what lies before a function that is called by a pointer. Compiled
    # programs have nothing there, and where one starts a page, no memory.
    add_compile_options(-fno-sanitize=function)
  endif()
  add_link_options(-fsanitize=${MOE_SANITIZE})
endif()
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
separate_arguments(llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${llvm_definitions})

# One precompiled header for all libraries. Executables are compiled as PIE and
# cannot share it.
function(moe_use_pch target)
  if(NOT MOE_ENABLE_PCH)
    return()
  endif()
  if(NOT TARGET moe_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/moe_pch.cpp "")
    add_library(moe_pch OBJECT ${CMAKE_BINARY_DIR}/moe_pch.cpp)
    target_compile_options(moe_pch PRIVATE ${MOE_CXX_FLAGS})
    target_precompile_headers(moe_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Precompiled.h)
  endif()
  target_precompile_headers(${target} REUSE_FROM moe_pch)
endfunction()

# Folders that do without LLVM: the row of utils/layers.txt. Programs that are not
# C++ link them, so they have no exceptions either.
set(MOE_WITHOUT_LLVM Runtime)

# moe_library(Structured DEPENDS IR Layout): lib/Structured/*.cpp, and whatever
# tables include/moe/Structured holds. DEPENDS is the row of utils/layers.txt.
function(moe_library folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${folder}/*.cpp)
  string(REPLACE "/" "" name "Moe${folder}")
  add_library(${name} STATIC ${sources})
  add_library(moe::${name} ALIAS ${name})
  list(TRANSFORM ARG_DEPENDS PREPEND Moe)
  list(TRANSFORM ARG_DEPENDS REPLACE "/" "")
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
  target_compile_options(${name} PRIVATE ${MOE_CXX_FLAGS})
  if(folder IN_LIST MOE_WITHOUT_LLVM)
    target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  else()
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    moe_use_pch(${name})
  endif()
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set(headers ${PROJECT_SOURCE_DIR}/include/moe/${folder})
  if(EXISTS ${headers}/CMakeLists.txt)
    add_subdirectory(${headers} ${PROJECT_BINARY_DIR}/include/moe/${folder})
  endif()
  if(EXISTS ${headers}/Passes.td)
    set(LLVM_TARGET_DEFINITIONS ${headers}/Passes.td)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/moe/${folder})
    mlir_tablegen(include/moe/${folder}/Passes.h.inc -gen-pass-decls -name ${name})
    add_public_tablegen_target(${name}PassesIncGen)
    add_dependencies(${name} ${name}PassesIncGen)
    add_mlir_doc(include/moe/${folder}/Passes ${name}Passes Passes/ -gen-pass-doc)
    set_property(GLOBAL APPEND PROPERTY MOE_PASS_FOLDERS ${folder})
  endif()
  if(TARGET MoeIRIncGen)
    add_dependencies(${name} MoeIRIncGen)
  endif()
  foreach(dependency ${ARG_DEPENDS})
    if(TARGET ${dependency}PassesIncGen)
      add_dependencies(${name} ${dependency}PassesIncGen)
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY MOE_TEST_DEPENDS ${name})
  set_property(GLOBAL APPEND PROPERTY MOE_LIBRARIES moe::${name})
  install(TARGETS ${name} EXPORT MoeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# moe_tool(moe-opt LIBS MoePipeline): tools/moe-opt.cpp, and SOURCES beside it.
function(moe_tool name)
  cmake_parse_arguments(ARG "" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${name} ${name}.cpp ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} MLIR LLVM)
  target_compile_options(${name} PRIVATE ${MOE_CXX_FLAGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set_property(GLOBAL APPEND PROPERTY MOE_TEST_DEPENDS ${name})
  install(TARGETS ${name} EXPORT MoeTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# The plugin for the stock mlir-opt: tools/MoePlugin.cpp as lib/MoePlugin.so.
function(moe_plugin name)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  add_library(${name} MODULE ${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} MLIR LLVM)
  target_compile_options(${name} PRIVATE ${MOE_CXX_FLAGS})
  set_target_properties(${name} PROPERTIES PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  set_property(GLOBAL APPEND PROPERTY MOE_TEST_DEPENDS ${name})
  install(TARGETS ${name} EXPORT MoeTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# The CMake package: find_package(Moe) gives moe::MoeIR and its kin, the headers,
# and the tables for dialects built on this one. It can be moved after install.
function(moe_install_package)
  include(CMakePackageConfigHelpers)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Moe)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/moe ${PROJECT_BINARY_DIR}/include/moe
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc"
    PATTERN CMakeFiles EXCLUDE)
  install(EXPORT MoeTargets NAMESPACE moe:: DESTINATION ${package})
  get_property(MOE_LIBRARIES GLOBAL PROPERTY MOE_LIBRARIES)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/MoeConfig.cmake.in
    ${PROJECT_BINARY_DIR}/MoeConfig.cmake
    INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/MoeConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/MoeConfig.cmake
                ${PROJECT_BINARY_DIR}/MoeConfigVersion.cmake
    DESTINATION ${package})
endfunction()
