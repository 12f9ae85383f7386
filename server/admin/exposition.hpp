// The text that Prometheus reads, family by family.
#pragma once

#include "core/support/histogram.hpp"

#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {

/// Writes metrics in the Prometheus text format 0.0.4, as prometheus-cpp does.
///
/// Families are written one at a time, so that a page about many domains never
/// exists as objects at once.
class exposition {
public:
  static constexpr const char* content_type =
      "text/plain; version=0.0.4; charset=utf-8";

  /// Label values may be any UTF-8 text.
  struct label {
    std::string_view name;
    std::string value;
  };
  using labels = std::vector<label>;

  /// One value of a family and what tells it from the others.
  struct sample {
    labels by;
    double value = 0;
  };

  /// @param name of a counter ends with _total (Prometheus' conventions)
  /// @param help one sentence, no full stop
  void counter(const char* name, const char* help, std::vector<sample> samples);
  void gauge(const char* name, const char* help, std::vector<sample> samples);
  void histogram(const char* name, const char* help,
                 const spfblock::histogram& of);

  /// A family of one value without labels.
  void counter(const char* name, const char* help, double value);
  void gauge(const char* name, const char* help, double value);

  [[nodiscard]] std::string text() const { return text_.str(); }

private:
  std::ostringstream text_;
};

} // namespace spfblock::server
