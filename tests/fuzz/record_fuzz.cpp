// Any text as an SPF record.
#include "core/spf/record_parser.hpp"
#include "core/support/text.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/support/spf_grammar.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace spfblock;
using fuzz::require;

namespace {

constexpr std::size_t version_size = 6;

std::vector<std::string_view> words_of(std::string_view record) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(record.substr(version_size), ' '))
    if (!word.empty())
      words.push_back(word);
  return words;
}

bool equal(const spf::term& a, const spf::term& b) {
  if (a.value.index() != b.value.index())
    return false;
  if (const auto* const to = std::get_if<spf::redirect_modifier>(&a.value))
    return to->target == std::get<spf::redirect_modifier>(b.value).target;
  const auto* const one = std::get_if<spf::directive>(&a.value);
  if (one == nullptr)
    return true;
  const auto& other = std::get<spf::directive>(b.value);
  return one->qualifier == other.qualifier &&
         one->mechanism == other.mechanism && one->target == other.target &&
         one->network == other.network &&
         one->ip4_cidr_length == other.ip4_cidr_length &&
         one->ip6_cidr_length == other.ip6_cidr_length &&
         one->matches_nothing == other.matches_nothing;
}

/// The terms are the words of the text, each where it says that it stands.
void check_places(const spf::record& parsed) {
  const std::string_view text = parsed.text;
  const auto words = words_of(text);
  require(parsed.terms.size() == words.size(), "each word is a term");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const spf::term& term = parsed.terms[i];
    require(term.offset ==
                static_cast<std::size_t>(words[i].data() - text.data()),
            "a term's offset is where it stands");
    require(term.text == printable(words[i]), "a term's text is safe");
    if (const auto* const fault = std::get_if<failure>(&term.value)) {
      require(fault->offset >= term.offset &&
                  fault->offset <= term.offset + words[i].size(),
              "a fault lies within its term");
      require(!fault->message.empty() && fault->message.size() < 1024 &&
                  fuzz::is_printable(fault->message),
              "a fault's message is short and safe");
    }
  }
}

void check_printed(const spf::record& parsed) {
  const std::string printed = to_string(parsed);
  require(fuzz::is_printable(printed), "the canonical spelling is safe");
  if (parsed.first_error() != nullptr)
    return;
  require(spf::is_spf_record(printed), "the canonical spelling is a record");
  const spf::record again = spf::parse_record(printed);
  require(to_string(again) == printed, "the canonical spelling is stable");
  require(again.terms.size() == parsed.terms.size(), "no term gets lost");
  for (std::size_t i = 0; i < parsed.terms.size(); ++i)
    require(equal(parsed.terms[i], again.terms[i]),
            "the canonical spelling means the same");
}

void check_target(const spf::domain_spec& spec, const dns::name& domain) {
  if (spec.unlistable_macro())
    return;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    const auto name = spec.expand({domain, domain, family});
    require(!name || name->wire().size() <= 255, "a name is no longer");
    require(name || fuzz::is_printable(name.error().message),
            "why there is no name is safe to print");
  }
}

void check_targets(const spf::record& parsed) {
  static const dns::name domains[] = {
      *dns::name::from_text("n1.example"),
      *dns::name::from_text("%{d}.-x." + std::string(63, 'y') + ".\xff"),
      dns::name{}};
  for (const spf::term& term : parsed.terms) {
    for (const dns::name& domain : domains) {
      if (const auto* const to =
              std::get_if<spf::redirect_modifier>(&term.value))
        check_target(to->target, domain);
      if (const auto* const what = std::get_if<spf::directive>(&term.value))
        if (what->target)
          check_target(*what->target, domain);
    }
  }
}

/// Whether the ABNF of RFC 7208 has such a term; ip6 is inet_pton's affair.
bool in_grammar(const std::string& word) {
  using namespace test;
  static const whole_match directive{spf_grammar::directive};
  static const whole_match known{spf_grammar::known_modifier};
  static const whole_match any{spf_grammar::any_modifier};
  const std::string lower = to_lower(word);
  const bool is_known =
      lower.starts_with("exp=") || lower.starts_with("redirect=");
  return directive(word) || (is_known ? known(word) : any(word));
}

void check_grammar(const spf::record& parsed) {
  constexpr std::size_t longest = 96; // regexec() is slow
  for (const std::string_view each : words_of(parsed.text)) {
    const std::string word{each};
    if (word.size() > longest || word.find('\0') != std::string::npos ||
        to_lower(word).find("ip6:") <= 1)
      continue;
    const auto alone = spf::parse_record("v=spf1 " + word);
    require((alone.first_error() == nullptr) == in_grammar(word),
            "a term parses exactly if the ABNF has it: " + printable(word));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string text{fuzz::text_of(data, size)};
  if (!spf::is_spf_record(text))
    text.insert(0, "v=spf1 ");
  const spf::record parsed = spf::parse_record(text);
  require(parsed.text == text, "a record keeps its text");
  check_places(parsed);
  check_printed(parsed);
  check_targets(parsed);
  check_grammar(parsed);
  return 0;
}
