#pragma once

// Included before every source that reads LibTorch's headers when clang compiles them. Up to version 2.0 those headers use
// std::vector<IValue> while IValue is incomplete. C++20 makes vector constexpr, clang then instantiates its functions at once, and
// the build fails; GCC does not. So vector alone, of GCC 12's library, is read here without constexpr. One function of
// vector<bool> was declared constexpr by an earlier header and therefore takes another name.
#if defined(__clang__)
#include <memory>
#include <string>
#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE == 12
#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 __fill_a1_at_run_time
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
#endif
#endif
