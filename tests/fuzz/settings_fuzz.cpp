// Any text as a configuration.
//
// Input: the configuration; behind a null octet the text of the file that
// every pattern of `domain_files` without an asterisk names.
#include "core/config/settings_parser.hpp"
#include "tests/fuzz/finding.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace spfblock;
using namespace spfblock::config;
using fuzz::require;

namespace {

using files_or_fault = std::variant<std::vector<list_file>, std::string>;
using parsed = std::variant<reading, std::vector<json::problem>>;

constexpr const char* main_file = "f.json";
constexpr const char* list_name = "d.txt";

std::size_t line_count(std::string_view text) {
  return 1 +
         static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_problems(const std::vector<json::problem>& problems,
                    std::string_view text, std::string_view list) {
  require(!problems.empty(), "a faulty configuration has a fault");
  for (const json::problem& one : problems) {
    require(one.file == main_file || one.file == list_name,
            "a fault names its file");
    const bool in_main = one.file == main_file;
    require(one.line <= line_count(in_main ? text : list),
            "a fault names a line of its file");
    require(!one.message.empty(), "a fault says what it is");
    require(fuzz::is_printable(one.to_string()), "a fault is safe to print");
  }
}

void check_action(const table::action& action) {
  const auto address = net::ip_address::ipv6((net::uint128{0x20010db8} << 96U) |
                                             0x0123456789abcdefU);
  std::string reply;
  action.bind(std::string(table::action::longest_domain, '%'))
      .append_reply(reply, address, net::ip_prefix::containing(address, 128));
  require(reply.size() <= table::action::longest_reply && reply.ends_with('\n'),
          "the reply of every action fits Postfix's line");
}

void check_limits(const limit_settings& limits) {
  require(!limits.widest_ipv4 || *limits.widest_ipv4 <= 32, "widest_ipv4");
  require(!limits.widest_ipv6 || *limits.widest_ipv6 <= 128, "widest_ipv6");
}

void check_settings(const settings& read) {
  require(!read.listen.empty(), "there is a port to ask");
  require(read.threads > 0 && read.connections > 0, "somebody serves");
  require(read.resolver.attempts > 0 && read.resolver.in_flight > 0,
          "questions are sent");
  require(read.refresh.minimum.count() > 0 && read.refresh.retry.count() > 0,
          "a refresh never spins");
  check_limits(read.limits);
  std::set<dns::name> names;
  for (const domain_entry& entry : read.domains) {
    require(names.insert(entry.name).second, "no domain stands twice");
    check_action(entry.action);
    check_limits(entry.limits);
  }
  for (const network_entry& entry : read.networks)
    check_action(entry.action);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string_view text = input.substr(0, end);
  const std::string list{input.substr(std::min(end + 1, input.size()))};
  const list_file_reader files =
      [&list](const std::string& pattern) -> files_or_fault {
    if (pattern.find('*') != std::string::npos)
      return std::vector<list_file>{};
    if (pattern.size() > 8)
      return std::string{"no such file"};
    return std::vector<list_file>{{list_name, list}};
  };

  const parsed once = parse_settings(text, main_file, files);
  if (const auto* const problems =
          std::get_if<std::vector<json::problem>>(&once))
    check_problems(*problems, text, list);
  else
    check_settings(std::get<reading>(once).settings);
  require(parse_settings(text, main_file, files) == once,
          "the same text is read in the same way");
  return 0;
}
