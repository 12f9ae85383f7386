#include "tests/support/zone_answers.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace spfblock::testing {
namespace {

dns::rr_type type_of(std::string_view text) {
  for (const auto type : {dns::rr_type::a, dns::rr_type::aaaa, dns::rr_type::mx,
                          dns::rr_type::txt})
    if (dns::to_string(type) == text)
      return type;
  throw std::invalid_argument{"no such type: " + std::string{text}};
}

/// `text` as character-strings of at most 255 octets.
std::string character_strings(std::string_view text) {
  std::string quoted_text;
  for (; !text.empty();
       text.remove_prefix(std::min<std::size_t>(text.size(), 255)))
    quoted_text += " \"" + std::string{text.substr(0, 255)} + '"';
  return quoted_text;
}

} // namespace

zone_answers::zone_answers(std::string_view description) {
  std::string master;
  for (const std::string_view each : split(description, '\n')) {
    const std::string_view line = trimmed(each);
    const auto words = split(line, ' ');
    if (words.size() == 3 && words[0] == "fail") {
      failing_.insert({name_of(words[1]), type_of(words[2])});
    } else if (words.size() > 1 && words[1].starts_with("v=spf1")) {
      master += words[0];
      master += " TXT";
      master += character_strings(line.substr(words[0].size() + 1)) + '\n';
    } else {
      master += line;
      master += '\n';
    }
  }
  auto parsed = dns::zone::parse(master);
  if (!parsed)
    throw std::invalid_argument{parsed.error().message + "\n" + master};
  zone_ = *std::move(parsed);
}

const dns::answer& zone_answers::answer(const dns::question& asked) {
  auto at = given_.find(asked);
  if (at == given_.end())
    at = given_
             .emplace(asked, failing_.contains(asked)
                                 ? dns::failed_answer("SERVFAIL")
                                 : zone_.resolve(asked))
             .first;
  return at->second;
}

driven expand(std::string_view domain, zone_answers& zone,
              const spf::rules& by) {
  const dns::name listed = name_of(domain);
  dns::answer_store answers;
  spf::parsed_records parsed;
  driven made;
  for (;;) {
    made.result = spf::evaluate(listed, answers, by);
    ++made.calls;
    if (spf::missing_answers(listed, answers, by, parsed).missing !=
        made.result.missing)
      throw std::logic_error{"missing_answers() disagrees with evaluate()"};
    if (made.result.missing.empty())
      return made;
    for (const dns::question& asked : made.result.missing) {
      if (answers.find(asked) != nullptr)
        throw std::logic_error{"asked again: " + asked.to_string()};
      answers.put(asked, zone.answer(asked));
      ++made.fetched;
    }
  }
}

dns::name name_of(std::string_view text) {
  auto parsed = dns::name::from_text(text);
  if (!parsed)
    throw std::invalid_argument{parsed.error().message};
  return *std::move(parsed);
}

} // namespace spfblock::testing
