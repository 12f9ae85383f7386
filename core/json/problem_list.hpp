// Collects what is wrong with one configuration.
#pragma once

#include "core/json/position_index.hpp"
#include "core/json/problem.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::json {

/// Problems of one JSON text and of the files that it names.
class problem_list {
public:
  /// @param file how the JSON text is called
  /// @param positions of the JSON text; must outlive this
  problem_list(std::string file, const position_index& positions)
      : file_{std::move(file)},
        positions_{positions} {}

  /// Adds a problem with the value at `pointer`.
  void add(const std::string& pointer, std::string message);

  /// Adds a problem with the key of the member at `pointer`.
  void add_to_key(const std::string& pointer, std::string message);

  /// Adds a problem on a line of the JSON text that is known already.
  void add_at(std::size_t line, std::string pointer, std::string message);

  /// Adds problems of another file.
  void add(std::vector<problem> problems);

  [[nodiscard]] std::size_t size() const noexcept { return problems_.size(); }

  /// `FILE:LINE` of the value at `pointer`.
  [[nodiscard]] std::string place(const std::string& pointer) const;

  /// Those of the JSON text in order of their lines, then those of the other
  /// files as they were added.
  [[nodiscard]] std::vector<problem> in_order() const;

private:
  std::string file_;
  const position_index& positions_;
  std::vector<problem> problems_;
};

} // namespace spfblock::json
