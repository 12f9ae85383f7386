// Small zones full of trouble, for comparing evaluate() with check_host().
#pragma once

#include <random>
#include <string>
#include <vector>

namespace spfblock::testing {

/// Writes descriptions for zone_answers in which a handful of domains refer to
/// each other by every mechanism, and to networks within 10.0.0.0/27 and
/// 2001:db8::/123: with loops, missing names, aliases, second records, syntax
/// errors and failing questions.  The same seed writes the same zones.
class zone_writer {
public:
  explicit zone_writer(unsigned seed) : random_{seed} {}

  [[nodiscard]] std::string write();

  /// The domains of any zone; each is worth an expansion.
  static const std::vector<std::string>& domains();

private:
  /// Whether something of so many per cent happens.
  bool chance(unsigned percent) { return below(100) < percent; }
  unsigned below(unsigned bound) {
    return static_cast<unsigned>(random_() % bound);
  }
  std::string one_of(const std::vector<std::string>& choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }

  void write_name(std::string& to, const std::string& owner);
  std::string record();
  std::string directive();
  std::string modifier();
  std::string network();
  std::string target();
  std::string dual_length();
  std::string address4();
  std::string address6();

  std::mt19937 random_;
  // The mood of a zone: how much of its directives are includes, and how often
  // something is wrong, per cent.
  unsigned includes_ = 0;
  unsigned trouble_ = 0;
};

} // namespace spfblock::testing
