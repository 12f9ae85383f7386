// check_host() for many mails, by asking a name server: what the policy door
// and `explain --sender` do for one.
//
// Usage: mail_judge ADDRESS:PORT; lines [ADDRESS, SENDER, HELO] in JSON on
// stdin, a result a line on stdout.
#include "core/net/endpoint.hpp"
#include "core/spf/asked_check.hpp"
#include "server/dns/dns_client.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace spfblock;

/// Few enough that the name server, which is a script, keeps up.
constexpr std::size_t at_once = 24;

struct mail {
  std::string address;
  std::string sender;
  std::string helo;
};

std::vector<mail> read_mails(std::istream& from) {
  std::vector<mail> read;
  for (std::string line; std::getline(from, line);) {
    const auto parsed = nlohmann::json::parse(line);
    read.push_back({parsed.at(0), parsed.at(1), parsed.at(2)});
  }
  return read;
}

std::shared_ptr<dns::resolver> make_client(boost::asio::io_context& io,
                                           const net::endpoint& server) {
  server::dns_client::settings by;
  by.exchange.servers = {server};
  by.exchange.timeout = std::chrono::seconds{3};
  return std::make_shared<server::dns_client>(io, by);
}

/// Checks mails, so many at a time.
class hearing {
public:
  hearing(const std::vector<mail>& mails,
          std::shared_ptr<dns::resolver> questions)
      : mails_{mails},
        questions_{std::move(questions)},
        results_(mails.size(), spf::host_result::none) {}

  void begin() {
    for (std::size_t i = 0; i < std::min(at_once, mails_.size()); ++i)
      next();
  }

  [[nodiscard]] const std::vector<spf::host_result>& results() const noexcept {
    return results_;
  }

private:
  void next() {
    while (next_ < mails_.size()) {
      const std::size_t number = next_++;
      const mail& each = mails_[number];
      const auto about = spf::envelope::of(
          *net::ip_address::parse(each.address), each.sender, each.helo);
      if (!about)
        continue; // none
      spf::ask_and_check(*about, {}, questions_,
                         [this, number](const spf::host_check& made) {
                           results_[number] = made.result;
                           next();
                         });
      return;
    }
  }

  const std::vector<mail>& mails_;
  std::shared_ptr<dns::resolver> questions_;
  std::vector<spf::host_result> results_;
  std::size_t next_ = 0;
};

} // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments{words + 1, words + count};
  const auto server = net::endpoint::parse(arguments.at(0));
  if (!server) {
    std::cerr << server.error().message << '\n';
    return 64;
  }
  const auto mails = read_mails(std::cin);
  boost::asio::io_context io{1};
  hearing all{mails, make_client(io, *server)};
  all.begin();
  io.run();
  for (const spf::host_result each : all.results())
    std::cout << spf::text_of(each) << '\n';
  return 0;
}
