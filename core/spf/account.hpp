// The account of one evaluation: what it meets on its way, written down for
// people and for the listing.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_gathering.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/record.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::spf {

/// So many networks that are too wide are looked at.
inline constexpr std::size_t too_wide_limit = 100;

/// So many terms are written down, each for itself; what the others of a record
/// do is written down together, as of one term with this text
/// (term_visit::is_joint).  Whom they decide is the same.
inline constexpr std::size_t terms_told_limit = 20'000;
inline constexpr std::string_view further_terms = "further terms";
/// So much text of records is written down in full, octets; of the others, as
/// much as of a term.
inline constexpr std::size_t text_told_limit = std::size_t{1} << 20U;

/// Is told what an evaluation meets, in order, and decides nothing: an
/// evaluation goes the same way whatever account it keeps.
///
/// It is handed what there is, not what it would write, so that one that keeps
/// little costs little.
class account {
public:
  /// The place of one term in the account that gave it.  Regular value type.
  class entry {
  public:
    entry() = default;

    /// That of the next term of the same record.
    [[nodiscard]] entry next() const noexcept {
      return entry{std::min(index_ + 1, last_), last_};
    }

  private:
    friend class written_account;
    entry(std::size_t index, std::size_t last) noexcept
        : index_{index},
          last_{last} {}

    std::size_t index_ = 0; ///< in expansion::terms
    std::size_t last_ = 0;  ///< of its record
  };

  /// What a term decides for whom it matches.
  enum class decision : std::uint8_t {
    refused, ///< they end without pass: a carve-out
    granted, ///< they pass the record that the term stands in
    listed,  ///< and thereby the listed domain; by this term, not by another
             ///< one that it led to
  };

  account() = default;
  account(const account&) = delete;
  account& operator=(const account&) = delete;
  virtual ~account() = default;

  /// A record is visited, for the sake of the term `via`; none at the top.
  /// @param is_redirect whether that is redirect=
  virtual void begin_record(const dns::name& domain, std::optional<entry> via,
                            bool is_redirect) = 0;
  /// The DNS answered with TXT records, or that there are none.
  /// @param ttl of the answer, seconds
  virtual void answered(std::uint32_t ttl) = 0;
  /// Why there is nothing to evaluate; safe for output.
  virtual void unusable(const std::string& why) = 0;
  virtual void no_record() = 0;
  /// The record is about to be walked through.  All of these are about the
  /// record that was begun last.
  /// @return the entry of its first term
  virtual entry begin_terms(const record& parsed) = 0;

  /// Some address is still undecided at the term.
  virtual void reached(entry at) = 0;
  /// Whether a remark on the term would be kept; if not, none need be made.
  [[nodiscard]] virtual bool takes_remarks(entry at) const = 0;
  /// Something worth telling about a term, once; safe for output.
  virtual void remark(entry at, const std::string& text) = 0;
  /// A remark that is an error.
  virtual void error(entry at, const std::string& text) = 0;
  /// What is counted for some addresses with this term included.
  virtual void counted_up_to(entry at, unsigned dns_terms,
                             unsigned void_lookups) = 0;
  void counted(entry at, const cohorts& after) {
    counted_up_to(at, after.most_dns_terms(), after.most_void_lookups());
  }
  /// At most once for an address of a record.
  virtual void decided(entry at, decision how, const cohorts& whom) = 0;
  /// A term lists what of these networks is still undecided; none is too wide.
  virtual void named(std::span<const net::ip_prefix> networks) = 0;
  /// The term would have listed those of `undecided` that are in `network`,
  /// which is too wide.
  virtual void too_wide(entry at, const net::ip_prefix& network,
                        const cohorts& undecided) = 0;

  /// Whether the term matches `whom` depends on the mail; here it matches none.
  virtual void waits(entry at, mail_dependence on, const cohorts& whom) = 0;
  /// Beside that: whom of them the DNS confirms a name of that is `target` or
  /// below it passes the listed domain, whatever the mail.
  virtual void passes_by_name(const dns::name& target, const cohorts& whom) = 0;

  /// check_host() ends in an error for them: of the record that was begun last.
  virtual void permerror(const cohorts& whom) = 0;
  /// The same, of a term.
  virtual void permerror(entry at, const cohorts& whom,
                         const std::string& why) = 0;
  virtual void temperror(const cohorts& whom, const std::string& why) = 0;
};

/// Writes it all down.
class written_account final : public account {
public:
  explicit written_account(const dns::name& listed) { out_.domain = listed; }

  /// What is known of the domain by now: all but the figures of questions.
  [[nodiscard]] expansion result() &&;

  void begin_record(const dns::name& domain, std::optional<entry> via,
                    bool is_redirect) override;
  void answered(std::uint32_t ttl) override;
  void unusable(const std::string& why) override;
  void no_record() override;
  entry begin_terms(const record& parsed) override;

  void reached(entry at) override;
  [[nodiscard]] bool takes_remarks(entry at) const override;
  void remark(entry at, const std::string& text) override;
  void error(entry at, const std::string& text) override;
  void counted_up_to(entry at, unsigned dns_terms,
                     unsigned void_lookups) override;
  void decided(entry at, decision how, const cohorts& whom) override;
  void named(std::span<const net::ip_prefix> networks) override;
  void too_wide(entry at, const net::ip_prefix& network,
                const cohorts& undecided) override;
  void waits(entry at, mail_dependence on, const cohorts& whom) override;
  void passes_by_name(const dns::name& target, const cohorts& whom) override;

  void permerror(const cohorts& whom) override;
  void permerror(entry at, const cohorts& whom,
                 const std::string& why) override;
  void temperror(const cohorts& whom, const std::string& why) override;

private:
  /// What several terms do, written down together.
  struct joint {
    std::size_t index = 0; ///< in expansion::terms
    net::address_gathering granted;
    net::address_gathering listed;
    net::address_gathering refused;
  };

  [[nodiscard]] term_visit& term(entry at) { return out_.terms[at.index_]; }
  [[nodiscard]] joint* joint_of(entry at);
  void add_term(const spf::term& written);
  void end_in(met_error what, const cohorts& whom);
  void write_joint();

  expansion out_;
  net::address_gathering pass_;
  std::vector<joint> joint_;      ///< ascending by index
  std::size_t text_told_ = 0;     ///< octets, of records
  std::size_t too_wide_told_ = 0; ///< how often
  net::address_set too_wide_;     ///< the union of out_.too_wide
  std::size_t named_ranges_ = 0;  ///< in out_.residue.named, at most
};

/// Keeps nothing: for who only asks which answers are missing.
class quiet_account final : public account {
public:
  void begin_record(const dns::name&, std::optional<entry>, bool) override {}
  void answered(std::uint32_t) override {}
  void unusable(const std::string&) override {}
  void no_record() override {}
  entry begin_terms(const record&) override { return {}; }

  void reached(entry) override {}
  [[nodiscard]] bool takes_remarks(entry) const override { return false; }
  void remark(entry, const std::string&) override {}
  void error(entry, const std::string&) override {}
  void counted_up_to(entry, unsigned, unsigned) override {}
  void decided(entry, decision, const cohorts&) override {}
  void named(std::span<const net::ip_prefix>) override {}
  void too_wide(entry, const net::ip_prefix&, const cohorts&) override {}
  void waits(entry, mail_dependence, const cohorts&) override {}
  void passes_by_name(const dns::name&, const cohorts&) override {}

  void permerror(const cohorts&) override {}
  void permerror(entry, const cohorts&, const std::string&) override {}
  void temperror(const cohorts&, const std::string&) override {}
};

} // namespace spfblock::spf
