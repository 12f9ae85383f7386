#include "core/exports/cdb_image.hpp"

#include <array>
#include <cdb.h>
#include <cstdio>
#include <memory>
#include <new>
#include <sys/mman.h>

namespace spfblock::exports {
namespace {

// cdb(5): a table of 256 pairs of numbers, position and slots of each hash
// table; records of two lengths, key and value; the hash tables, of twice as
// many slots as records.  Numbers have four octets, the lowest first.
constexpr std::size_t number_octets = 4;
constexpr std::size_t tables = 256;
constexpr std::size_t records_at = tables * 2 * number_octets;
constexpr std::size_t slots_per_record = 2;

/// @pre there are as many octets
std::size_t number_at(std::string_view data_base, std::size_t at) {
  std::array<unsigned char, number_octets> octets{};
  for (std::size_t i = 0; i < number_octets; ++i)
    octets[i] = static_cast<unsigned char>(data_base[at + i]);
  return cdb_unpack(octets.data());
}

std::string read_all(std::FILE& file) {
  if (std::fseek(&file, 0, SEEK_END) != 0)
    throw std::bad_alloc{};
  std::string octets(static_cast<std::size_t>(std::ftell(&file)), '\0');
  std::rewind(&file);
  if (std::fread(octets.data(), 1, octets.size(), &file) != octets.size())
    throw std::bad_alloc{};
  return octets;
}

} // namespace

struct cdb_image::maker {
  struct close_file {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  using file_in_memory = std::unique_ptr<std::FILE, close_file>;

  static file_in_memory make_file() {
    const int number = ::memfd_create("cdb", MFD_CLOEXEC);
    file_in_memory made{number < 0 ? nullptr : ::fdopen(number, "rb")};
    if (!made)
      throw std::bad_alloc{};
    return made;
  }

  file_in_memory file = make_file();
  ::cdb_make state{};
  bool is_finished = false;
};

cdb_image::cdb_image() : maker_{new maker} {
  if (::cdb_make_start(&maker_->state, ::fileno(maker_->file.get())) != 0) {
    delete maker_;
    throw std::bad_alloc{};
  }
}

cdb_image::~cdb_image() {
  // Frees what libcdb holds.
  if (!maker_->is_finished)
    ::cdb_make_finish(&maker_->state);
  delete maker_;
}

void cdb_image::add(std::string_view key, std::string_view value) {
  if (::cdb_make_add(&maker_->state, key.data(),
                     static_cast<unsigned>(key.size()), value.data(),
                     static_cast<unsigned>(value.size())) != 0)
    throw std::bad_alloc{};
}

std::string cdb_image::finished() {
  maker_->is_finished = true;
  if (::cdb_make_finish(&maker_->state) != 0)
    throw std::bad_alloc{};
  return read_all(*maker_->file);
}

std::size_t cdb_records(std::string_view data_base) {
  if (data_base.size() < records_at)
    return 0;
  std::size_t slots = 0;
  for (std::size_t i = 0; i < tables; ++i)
    slots += number_at(data_base, (2 * i + 1) * number_octets);
  return slots / slots_per_record;
}

std::optional<std::string_view> first_cdb_value(std::string_view data_base,
                                                std::string_view key) {
  constexpr std::size_t lengths = 2 * number_octets;
  if (cdb_records(data_base) == 0 || data_base.size() < records_at + lengths)
    return std::nullopt;
  const std::size_t key_length = number_at(data_base, records_at);
  const std::size_t length = number_at(data_base, records_at + number_octets);
  const std::string_view rest = data_base.substr(records_at + lengths);
  if (rest.size() < key_length || rest.size() - key_length < length ||
      rest.substr(0, key_length) != key)
    return std::nullopt;
  return rest.substr(key_length, length);
}

} // namespace spfblock::exports
