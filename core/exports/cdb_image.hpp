// A constant data base as octets: what cdb(5) files hold, by libcdb.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::exports {

/// Makes the octets of one data base.
///
/// It is at most 4 GiB, as the format has it.  libcdb writes to descriptors, so
/// one of memory (memfd_create(2)) is open meanwhile.
class cdb_image {
public:
  /// What a record takes of the file besides its key and its value, in octets.
  static constexpr std::size_t record_octets = 24;

  /// @throws std::bad_alloc if there is no room in memory, or no descriptor
  cdb_image();
  ~cdb_image();
  cdb_image(const cdb_image&) = delete;
  cdb_image& operator=(const cdb_image&) = delete;

  /// Appends a record.
  /// @throws std::bad_alloc if there is no room
  void add(std::string_view key, std::string_view value);

  /// The whole; nothing can be added any more.
  /// @throws std::bad_alloc if there is no room
  [[nodiscard]] std::string finished();

private:
  struct maker;
  maker* maker_;
};

/// How many records a data base has; 0 where it is none.
[[nodiscard]] std::size_t cdb_records(std::string_view data_base);

/// The value of the first record, if that has this key; nothing otherwise.  Any
/// octets may be given.
[[nodiscard]] std::optional<std::string_view>
first_cdb_value(std::string_view data_base, std::string_view key);

} // namespace spfblock::exports
