#include "core/exports/writers.hpp"

namespace spfblock::exports {

std::string cidr(const exported_table& of, const provenance& from) {
  std::string text =
      heading(from, counted_networks(of.ipv4_networks(), of.ipv6_networks()),
              {"#",
               "cidr_table(5) for Postfix",
               {},
               {"check_client_access cidr:/etc/postfix/spfblock.cidr",
                "postfix reload, when the file is new"}});
  const auto& networks = of.networks();
  const auto append = [&](std::uint32_t i) {
    text.append(networks[i].network.to_string())
        .append("\t")
        .append(action_text(networks[i]))
        .append("\n");
  };
  // The first match answers, so a network waits until all within it are
  // written.
  std::vector<std::uint32_t> waiting;
  for (std::uint32_t i = 0; i < networks.size(); ++i) {
    while (!waiting.empty() && networks[i].outer != waiting.back()) {
      append(waiting.back());
      waiting.pop_back();
    }
    waiting.push_back(i);
  }
  for (; !waiting.empty(); waiting.pop_back())
    append(waiting.back());
  return text;
}

} // namespace spfblock::exports
