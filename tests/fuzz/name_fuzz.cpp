// Domain names as strangers and people write them, in Unicode or not.
//
// Input: a name, or the sender of a mail.
#include "core/config/domain_name.hpp"
#include "core/dns/unicode_name.hpp"
#include "core/spf/envelope.hpp"
#include "core/support/utf8.hpp"
#include "core/table/recipients.hpp"
#include "tests/fuzz/finding.hpp"

#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;

namespace {

constexpr std::size_t longest_wire = 255;

void check_ascii_form(std::string_view text) {
  const auto ascii = dns::ascii_form(text);
  if (!ascii) {
    require(!is_ascii(text), "what is ASCII has a form in ASCII");
    require(fuzz::is_printable(ascii.error().message),
            "why a text has none is safe to print");
    return;
  }
  require(is_ascii(*ascii), "it is ASCII");
  require(!is_ascii(text) || *ascii == text, "what is ASCII stays as it is");
  require(is_ascii(text) || ascii->size() <= longest_wire, "it is bounded");
  const auto name = dns::name_from_unicode(text);
  const auto plain = dns::name::from_text(*ascii);
  require(name.has_value() == plain.has_value() && (!name || *name == *plain),
          "its name is that of its form in ASCII");
}

void check_listed(std::string_view text) {
  const auto name = config::parse_domain(text);
  if (!name) {
    require(fuzz::is_printable(name.error().message),
            "why a text is no domain is safe to print");
    return;
  }
  const std::string told = name->to_string();
  require(fuzz::is_printable(told), "a domain is told in ASCII");
  const auto again = config::parse_domain(told);
  require(again && *again == *name, "and read again as it is told");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_ascii_form(text);
  check_listed(text);
  const auto mail = spf::envelope::of(net::ip_address::ipv4(1), text, text);
  if (mail)
    require(mail->domain.wire().size() <= longest_wire &&
                mail->domain.label_count() > 1,
            "a sender's domain is a name");
  const std::string entry{text};
  const auto some = table::recipients::of({entry});
  require(!some || some->contains(text), "who is named in a set is in it");
  return 0;
}
