// Steps of the rules about time, as tests write them.
#pragma once

#include "core/domains/step.hpp"
#include "tests/support/catch.hpp"

namespace spfblock::testing {

inline constexpr domains::step nothing{};
inline constexpr domains::step act{domains::step::kind::act};

[[nodiscard]] constexpr domains::step wake_at(moment at) {
  return {domains::step::kind::wake, at};
}

} // namespace spfblock::testing

/// Shows the moment from the epoch of the clock on.
template <>
struct Catch::StringMaker<spfblock::domains::step> {
  static std::string convert(const spfblock::domains::step& of) {
    using kind = spfblock::domains::step::kind;
    if (of.what == kind::wake)
      return "wake at " + Catch::Detail::stringify(of.at.time_since_epoch());
    return of.what == kind::act ? "act" : "nothing";
  }
};
