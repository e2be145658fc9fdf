# Flags that every target takes by linking to casr_flags: language level, warnings, sanitizers, floating point rules.
add_library(casr_flags INTERFACE)
target_compile_features(casr_flags INTERFACE cxx_std_20)
target_compile_definitions(casr_flags INTERFACE CASR_VERSION="${PROJECT_VERSION}")
target_include_directories(casr_flags INTERFACE ${PROJECT_SOURCE_DIR})

# No fast-math and no contraction: the same source gives the same bits wherever the instruction set is the same.
target_compile_options(casr_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -ffp-contract=off
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> # GCC 12 warns of its own std::string (GCC bug 105651)
    $<$<BOOL:${CASR_WERROR}>:-Werror>)

if(CASR_SANITIZE)
    target_compile_options(casr_flags INTERFACE -fsanitize=${CASR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(casr_flags INTERFACE -fsanitize=${CASR_SANITIZE})
endif()

# Near a hundred programs are linked with LibTorch's and OpenCV's large libraries: lld needs a fraction of the default linker's time.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=lld CASR_HAS_LLD)
if(CASR_HAS_LLD)
    target_link_options(casr_flags INTERFACE -fuse-ld=lld)
endif()

# A second build of the same sources costs seconds where ccache is installed.
find_program(CASR_CCACHE ccache)
if(CASR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CASR_CCACHE})
endif()

# Most of the time to compile a source that speaks LibTorch or Qt goes into their headers: GCC reads them once for all sources of a target
# or, told REUSE_FROM another target, once for both. The presets release and asan-ubsan do so: the others show that every source
# includes what it uses, and GCC 12 has false warnings of its own headers when they were read before.
#
#   casr_precompile(target PRIVATE header... | REUSE_FROM other)
function(casr_precompile target)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(${target} PRIVATE -fpch-preprocess) # for ccache
        target_precompile_headers(${target} ${ARGN})
    endif()
endfunction()

# LibTorch's own targets set flags for the whole program; only its headers and libraries are wanted, and only in a few sources.
function(casr_find_torch)
    set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON) # tests link them from another folder
    find_package(Torch REQUIRED)
    add_library(casr_torch INTERFACE)
    target_include_directories(casr_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
    target_link_libraries(casr_torch INTERFACE ${TORCH_LIBRARIES})
    target_compile_options(casr_torch INTERFACE
        "$<$<CXX_COMPILER_ID:Clang>:SHELL:-include ${PROJECT_SOURCE_DIR}/resources/clang/vector_for_torch.h>")
endfunction()
