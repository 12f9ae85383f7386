#include "core/hits/busiest.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace spfblock::server {
namespace {

constexpr std::chrono::seconds between_pages{3};
constexpr unsigned most_listings = 1000;
/// Of a page, beside its listings: two above, the heading, one below, and the
/// line where the cursor stands.
constexpr unsigned other_lines = 5;

struct top_choice {
  unsigned listings = 20;
  std::string by = "hour";
  bool once = false;
  bool as_json = false;
};

/// How many lines the terminal has; nothing where that is not known.
std::optional<unsigned> terminal_lines() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
    return std::nullopt;
  return size.ws_row;
}

/// As many as are wanted, and as the terminal has room for.
unsigned listings_on_terminal(unsigned wanted) {
  const auto lines = terminal_lines();
  if (!lines)
    return wanted;
  return std::min(wanted, std::max(*lines, other_lines + 1) - other_lines);
}

/// Over what is there, line by line, so that nothing flickers.
std::string over_the_screen(const std::string& page) {
  std::string out = "\x1b[H";
  for (const char each : page)
    out += each == '\n' ? std::string{"\x1b[K\n"} : std::string(1, each);
  return out + "\x1b[J";
}

/// @return nothing if it is not to be had, which was said on stderr
std::optional<std::string> ask_top(const net::endpoint& at, unsigned listings,
                                   const std::string& by) {
  auto document =
      admin_get(at, "/top?by=" + by + "&limit=" + std::to_string(listings));
  if (document)
    return *std::move(document);
  std::cerr << "spfblock: " << document.error().message << '\n';
  return std::nullopt;
}

/// The same as people read it.
std::optional<std::string> top_text(const net::endpoint& at, unsigned listings,
                                    const std::string& by) {
  const auto document = ask_top(at, listings, by);
  if (!document)
    return std::nullopt;
  const auto read = hits::busiest_from_json(*document);
  if (read)
    return to_text(*read);
  std::cerr << "spfblock: " << read.error().message << '\n';
  return std::nullopt;
}

exit_status show_top(const net::endpoint& at, const top_choice& choice) {
  for (bool is_first = true;; is_first = false) {
    const auto page =
        top_text(at, listings_on_terminal(choice.listings), choice.by);
    if (!page)
      return exit_status::unavailable;
    std::cout << (is_first ? "\x1b[2J" : "") << over_the_screen(*page)
              << std::flush;
    std::this_thread::sleep_for(between_pages);
  }
}

/// Shows which listings answer most: again and again on a terminal, until it is
/// interrupted.  Asks the running server.
/// @return unavailable if that does not answer
exit_status top(const std::string& configuration_file,
                const top_choice& choice) {
  const auto server = server_of(configuration_file);
  if (!server.admin) {
    std::cerr << "spfblock: the admin port is off\n";
    return exit_status::unavailable;
  }
  const net::endpoint at = reachable(*server.admin);
  if (!choice.once && !choice.as_json && ::isatty(STDOUT_FILENO) == 1)
    return show_top(at, choice);
  const auto page = choice.as_json ? ask_top(at, choice.listings, choice.by)
                                   : top_text(at, choice.listings, choice.by);
  if (!page)
    return exit_status::unavailable;
  std::cout << *page;
  return exit_status::done;
}

} // namespace

void offer_top(command_line& to) {
  const auto choice = std::make_shared<top_choice>();
  CLI::App& command = to.add("top", "Show which listings answer most",
                             [choice](const std::string& configuration_file) {
                               return top(configuration_file, *choice);
                             });
  command
      .add_option("-n,--listings", choice->listings,
                  "How many listings (default: 20)")
      ->check(CLI::Range(1U, most_listings))
      ->option_text("N");
  command
      .add_option("--by", choice->by,
                  "By the hits of the last (default: hour): hour, day")
      ->check(CLI::IsMember(std::vector<std::string>{"hour", "day"}))
      ->option_text("SPAN");
  command.add_flag("--once", choice->once,
                   "Show it once, as where this is no terminal");
  command.add_flag("--json", choice->as_json,
                   "Print JSON once (docs/status-json.md)");
}

} // namespace spfblock::server
