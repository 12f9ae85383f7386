// Collects what is wrong with one JSON text, and what is odd.
#pragma once

#include "core/json/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::json {

/// What a key is that nobody knows: a mistake, or a word of a later version.
enum class unknown_keys : std::uint8_t { are_faults, are_warnings };

/// Problems of one JSON text and of the files that it names.
class problem_list {
public:
  /// Of a text that is no file, as a program wrote it: one problem is enough to
  /// refuse it, so only the first is kept.
  problem_list() = default;

  /// So many warnings are shown at most; the rest is counted.
  static constexpr std::size_t most_warnings = 20;

  /// @param file how the JSON text is called
  explicit problem_list(std::string file,
                        unknown_keys unknown = unknown_keys::are_faults)
      : file_{std::move(file)},
        unknown_{unknown} {}

  /// Adds a problem with what stands on `line` of the JSON text.
  void add(std::size_t line, std::string pointer, std::string message);

  /// Adds a problem of another file.
  void add(problem of_other_file);

  /// Adds a key on `line` of the JSON text that nobody knows.
  void add_unknown(std::size_t line, std::string pointer, std::string message);

  /// Adds a problem of any file as a warning.
  void warn(problem odd);

  /// Adds all that another text has, warnings and faults alike, as warnings.
  void warn_of_all(const problem_list& of_other_file);

  /// Makes warnings of the faults from that one on, in the order in which they
  /// were added.
  /// @pre first <= size()
  void forgive(std::size_t first);

  /// How many faults there are.
  [[nodiscard]] std::size_t size() const noexcept { return faults_.size(); }

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] unknown_keys unknown() const noexcept { return unknown_; }

  /// The faults: those of the JSON text in order of their lines, then those of
  /// the other files as they were added.
  [[nodiscard]] std::vector<problem> in_order() const;

  /// The warnings in the same order, those about a whole other file before
  /// those about its lines: the first `most_warnings`, and one that counts the
  /// rest.
  [[nodiscard]] std::vector<problem> warnings() const;

private:
  [[nodiscard]] std::vector<problem>
  sorted(std::vector<problem> problems) const;

  std::string file_; ///< empty: no file
  unknown_keys unknown_ = unknown_keys::are_faults;
  std::vector<problem> faults_;
  std::vector<problem> warnings_;
  std::size_t of_other_lines_ = 0; ///< of warnings_: lines of other files
  std::size_t not_kept_ = 0;       ///< warnings that were only counted
};

} // namespace spfblock::json
