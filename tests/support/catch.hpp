// Catch2, as Debian 12 (2.13) and Debian 13 (3) have it: the tests include this
// and write what both understand.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace Catch {
using namespace Matchers;
}
using Catch::Approx;

#else

#include <catch2/catch.hpp>

namespace Catch {
inline auto ContainsSubstring(const std::string& text) {
  return Matchers::Contains(text);
}

/// Catch2 3 has no such matcher of texts.
template <class... Any>
void Contains(const Any&...) = delete;
} // namespace Catch

#endif
