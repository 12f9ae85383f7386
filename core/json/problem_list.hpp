// Collects what is wrong with one JSON text.
#pragma once

#include "core/json/problem.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::json {

/// Problems of one JSON text and of the files that it names.
class problem_list {
public:
  /// Of a text that is no file, as a program wrote it: one problem is enough to
  /// refuse it, so only the first is kept.
  problem_list() = default;

  /// @param file how the JSON text is called
  explicit problem_list(std::string file) : file_{std::move(file)} {}

  /// Adds a problem with what stands on `line` of the JSON text.
  void add(std::size_t line, std::string pointer, std::string message);

  /// Adds problems of another file.
  void add(std::vector<problem> problems);

  [[nodiscard]] std::size_t size() const noexcept { return problems_.size(); }

  /// `FILE:LINE` of the JSON text.
  [[nodiscard]] std::string place(std::size_t line) const;

  /// Those of the JSON text in order of their lines, then those of the other
  /// files as they were added.
  [[nodiscard]] std::vector<problem> in_order() const;

private:
  std::string file_; ///< empty: no file
  std::vector<problem> problems_;
};

} // namespace spfblock::json
