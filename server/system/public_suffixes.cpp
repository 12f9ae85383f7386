#include "server/system/public_suffixes.hpp"

#include <libpsl.h>
#include <string>
#include <utility>

namespace spfblock::server {

struct public_suffixes::list {
  struct freed {
    void operator()(psl_ctx_t* of) const noexcept { psl_free(of); }
  };
  std::unique_ptr<psl_ctx_t, freed> from_file; ///< null: there is none
};

public_suffixes::public_suffixes()
    : list_{std::make_unique<list>(
          list{std::unique_ptr<psl_ctx_t, list::freed>{psl_latest(nullptr)}})} {
}

public_suffixes::~public_suffixes() = default;

std::optional<dns::name>
public_suffixes::registrable_domain(const dns::name& of) const {
  const psl_ctx_t* const from =
      list_->from_file ? list_->from_file.get() : psl_builtin();
  const std::string text = of.to_string();
  // Without any list, what it says of a name that no list has: the last label
  // is the suffix.
  const char* const found =
      from != nullptr ? psl_registrable_domain(from, text.c_str()) : nullptr;
  if (found == nullptr)
    return std::nullopt;
  auto made = dns::name::from_text(found);
  return made ? std::optional{*std::move(made)} : std::nullopt;
}

} // namespace spfblock::server
