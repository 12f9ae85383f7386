// Reads a constant data base as Postfix does, by libcdb.
#pragma once

#include "tests/support/catch.hpp"

#include <cdb.h>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::testing {

class cdb_reader {
public:
  /// @param octets of the file
  explicit cdb_reader(std::string_view octets) : file_{std::tmpfile()} {
    REQUIRE(file_ != nullptr);
    REQUIRE(std::fwrite(octets.data(), 1, octets.size(), file_) ==
            octets.size());
    REQUIRE(std::fflush(file_) == 0);
    REQUIRE(::cdb_init(&data_base_, ::fileno(file_)) == 0);
  }
  ~cdb_reader() {
    ::cdb_free(&data_base_);
    std::fclose(file_);
  }
  cdb_reader(const cdb_reader&) = delete;
  cdb_reader& operator=(const cdb_reader&) = delete;

  [[nodiscard]] std::optional<std::string> find(std::string_view key) const {
    if (::cdb_find(&data_base_, key.data(),
                   static_cast<unsigned>(key.size())) <= 0)
      return std::nullopt;
    std::string value(cdb_datalen(&data_base_), '\0');
    if (!value.empty())
      REQUIRE(cdb_readdata(&data_base_, value.data()) == 0);
    return value;
  }

private:
  std::FILE* file_;
  mutable ::cdb data_base_{};
};

} // namespace spfblock::testing
