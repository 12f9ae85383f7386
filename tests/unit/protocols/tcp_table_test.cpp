#include "core/protocols/tcp_table.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tcp_table_test {

using namespace spfblock;
using protocols::count;
using protocols::tcp_table;

namespace {

constexpr std::size_t limit = tcp_table::longest_request;

constexpr std::string_view not_listed = "500 not listed\n";
constexpr std::string_view read_only = "500 read-only table\n";
constexpr std::string_view listed_a =
    "200 REJECT listed in the SPF record of a.example\n";

table::snapshot make_table() {
  struct row {
    std::string name;
    std::string action;
    std::vector<std::string> networks;
  };
  const std::vector<row> rows{
      {"a.example",
       "REJECT listed in the SPF record of {domain}",
       {"192.0.2.0/24", "2001:db8::/32"}},
      {"b.example",
       "WARN 100% d\xc3\xa9j\xc3\xa0: {address} in {network}",
       {"203.0.113.0/24", "192.0.2.128/25"}},
      {"c.example",
       "PREPEND X-Long: " + std::string(384, '%'),
       {"198.51.100.1/32"}},
  };
  std::vector<table::listing> listings;
  for (const row& each : rows) {
    table::listing made{
        each.name, table::action::parse(each.action)->bind(each.name), {}};
    for (const std::string& network : each.networks)
      made.networks.push_back(*net::ip_prefix::parse(network));
    listings.push_back(made);
  }
  return table::snapshot{listings};
}

const table::snapshot& listed() {
  static const table::snapshot table = make_table();
  return table;
}

/// What a conversation came to.
struct outcome {
  std::string replies;
  protocols::counts counted{};
  bool finished = false;

  friend bool operator==(const outcome& a, const outcome& b) {
    return a.replies == b.replies && a.counted == b.counted &&
           a.finished == b.finished;
  }
};

/// Feeds `stream` cut at `cuts` (ascending), as the server does: nothing more
/// once the conversation is finished.
outcome converse(std::string_view stream, std::vector<std::size_t> cuts = {}) {
  outcome led_to;
  const protocols::lookup in{listed(), led_to.counted};
  tcp_table with_client;
  cuts.push_back(stream.size());
  std::size_t done = 0;
  for (const std::size_t cut : cuts) {
    while (done < cut && !with_client.finished()) {
      std::string batch;
      done += with_client.feed(stream.substr(done, cut - done), in, batch);
      led_to.replies += batch;
    }
  }
  led_to.finished = with_client.finished();
  return led_to;
}

std::string reply_to(std::string_view line) {
  return converse(std::string{line} + '\n').replies;
}

std::vector<std::string> lines_of(std::string_view replies) {
  std::vector<std::string> lines;
  while (!replies.empty()) {
    const auto end = replies.find('\n');
    REQUIRE(end != std::string_view::npos);
    lines.emplace_back(replies.substr(0, end + 1));
    replies.remove_prefix(end + 1);
  }
  return lines;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return std::string_view{"0123456789abcdefABCDEF"}.find(c) !=
         std::string_view::npos;
}

/// The first digit of a reply that Postfix's dict_tcp_lookup() accepts.
std::optional<char> as_postfix_reads(std::string_view reply) {
  if (reply.size() > 4096 || reply.size() < 6 || reply.back() != '\n')
    return std::nullopt;
  if (!is_digit(reply[0]) || !is_digit(reply[1]) || !is_digit(reply[2]) ||
      reply[3] != ' ' || reply[4] == ' ')
    return std::nullopt;
  const std::string_view text = reply.substr(4, reply.size() - 5);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < 0x20 || text[i] > 0x7e)
      return std::nullopt;
    if (text[i] == '%' &&
        (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])))
      return std::nullopt;
  }
  return reply[0];
}

/// Requests of every kind, each a line.
std::string script() {
  std::string all;
  for (const std::string_view line : {"get 192.0.2.1",
                                      "get 2001:db8::1",
                                      "get unknown",
                                      "",
                                      "get ",
                                      "get",
                                      "put 192.0.2.1 OK",
                                      "get 203.0.113.7",
                                      "get %3",
                                      "get 192.0.2.1\r",
                                      "GET 192.0.2.1",
                                      "get %31%39%32.0.2.1",
                                      "get caf\xc3\xa9.example",
                                      "get 198.51.100.1",
                                      "put",
                                      "quit",
                                      "get 198.51.100.2",
                                      "get mail.example.org",
                                      "\x80\xff",
                                      "get ::ffff:192.0.2.129"}) {
    all += line;
    all += '\n';
  }
  return all;
}

} // namespace

TEST_CASE("each request gets its reply", "[tcp_table][conversation]") {
  struct row {
    std::string_view request;
    std::string_view reply;
  };
  const auto given = GENERATE(values<row>({
      // addresses in the table
      {"get 192.0.2.1", listed_a},
      {"get 192.0.2.0", listed_a},
      {"get 2001:db8::1", listed_a},
      {"get 2001:DB8:0:0:0:0:0:1", listed_a},
      {"get ::ffff:192.0.2.1", listed_a}, // IPv4-mapped answers as IPv4
      {"get ::FFFF:c000:201", listed_a},
      {"get 192.0.2.129", "200 WARN 100%25 d%C3%A9j%C3%A0: 192.0.2.129 in "
                          "192.0.2.128/25\n"},
      {"get ::ffff:203.0.113.7", "200 WARN 100%25 d%C3%A9j%C3%A0: 203.0.113.7 "
                                 "in 203.0.113.0/24\n"},
      // the same, encoded
      {"get %31%39%32%2e%30%2E%32%2e%31", listed_a},
      {"get 2001%3Adb8%3a%3A1", listed_a},
      // addresses that are not
      {"get 192.0.3.1", not_listed},
      {"get 2001:db9::1", not_listed},
      {"get ::ffff:192.0.3.1", not_listed},
      {"get 0.0.0.0", not_listed},
      {"get ::", not_listed},
      // keys that are no address
      {"get unknown", not_listed},
      {"get mail.a.example", not_listed},
      {"get a.example", not_listed},
      {"get user@a.example", not_listed},
      {"get 192.0.2", not_listed},
      {"get 192.0.2.0/24", not_listed},
      {"get 192.0.2.1/32", not_listed},
      {"get 192.0.2.1.", not_listed},
      {"get 192.0.2.1:25", not_listed},
      {"get 192.0.2.256", not_listed},
      {"get 192.0.2.01", not_listed},
      {"get 192.0.513", not_listed},
      {"get 0xc0000201", not_listed},
      {"get 3221225985", not_listed},
      {"get [192.0.2.1]", not_listed},
      {"get [2001:db8::1]", not_listed},
      {"get IPv6:2001:db8::1", not_listed},
      {"get 2001:db8::1%25eth0", not_listed},
      {"get 2001:db8::/32", not_listed},
      {"get ", not_listed},
      {"get  192.0.2.1", not_listed}, // the key begins with a blank
      {"get 192.0.2.1 ", not_listed},
      {"get 192.0.2.1\r", not_listed},
      {"get 192.0.2.1%0D%0A", not_listed},
      {"get 192.0.2.1%00", not_listed},
      {"get %2531", not_listed}, // decoded once
      {"get %25", not_listed},
      {"get %00%FF%0A", not_listed},
      {"get 200 OK", not_listed},
      {"get \x80\xff\t", not_listed},
      {std::string_view{"get 192.0.2.1\0", 14}, not_listed},
      {std::string_view{"get \0", 5}, not_listed},
      // put
      {"put 192.0.2.1 OK", read_only},
      {"put ", read_only},
      {"put", read_only},
      {"put 100% sure", read_only},
  }));
  CAPTURE(given.request);
  const std::string reply = reply_to(given.request);
  CHECK(reply == given.reply);
  CHECK(as_postfix_reads(reply));
}

TEST_CASE("what is no request gets a 400 that Postfix can read",
          "[tcp_table][conversation]") {
  const auto request = GENERATE(values<std::string_view>({
      "",
      " ",
      "get",
      "GET 192.0.2.1",
      "Get 192.0.2.1",
      "get\t192.0.2.1",
      " get 192.0.2.1",
      "gets 192.0.2.1",
      "192.0.2.1",
      "PUT 192.0.2.1 OK",
      "putter",
      "put\t192.0.2.1 OK",
      "quit",
      "HELO a.example",
      "GET / HTTP/1.1\r",
      "%67et 192.0.2.1", // only the key is encoded
      "100%",
      "\r",
      "\x80",
      std::string_view{"\0get 192.0.2.1", 14},
      // a bad %XX
      "get %",
      "get %3",
      "get %zz",
      "get %%31",
      "get 192.0.2.1%",
      "get 192.0.2.1%2",
      "get 100% sure",
  }));
  CAPTURE(request);
  const outcome led_to = converse(std::string{request} + '\n');
  CHECK(as_postfix_reads(led_to.replies) == '4');
  CHECK(lines_of(led_to.replies).size() == 1);
  CHECK(led_to.counted[count::refused] == 1);
  CHECK_FALSE(led_to.finished);
}

TEST_CASE("answer gives what a conversation does",
          "[tcp_table][conversation]") {
  for (const std::string_view line :
       {"get 192.0.2.1", "get unknown", "put", "get %", "nonsense", ""}) {
    CAPTURE(line);
    protocols::counts counted;
    std::string reply = "before";
    protocols::client_names names;
    protocols::answer(line, protocols::lookup{listed(), counted}, names, reply);
    CHECK(reply == "before" + reply_to(line));
  }
}

TEST_CASE("pipelined requests are answered one by one, in order",
          "[tcp_table][conversation]") {
  const outcome led_to = converse("get 192.0.2.1\nget unknown\nput x y\n"
                                  "get 2001:db8::1\nget 19");
  CHECK(led_to.replies == std::string{listed_a} + std::string{not_listed} +
                              std::string{read_only} + std::string{listed_a});
}

TEST_CASE("nothing is said before a request is complete",
          "[tcp_table][conversation]") {
  for (const std::string_view part :
       {"", "g", "get ", "get 192.0.2.1", "get 192.0.2.1\r", "nonsense"}) {
    CAPTURE(part);
    CHECK(converse(part).replies.empty());
  }
}

TEST_CASE("feed appends to the replies that are there",
          "[tcp_table][conversation]") {
  protocols::counts counted;
  const protocols::lookup in{listed(), counted};
  std::string replies = "before ";
  tcp_table with_client;
  for (const std::string_view piece :
       {"get unknown\n", "", "get unk", "nown\n"})
    CHECK(with_client.feed(piece, in, replies) == piece.size());
  CHECK(replies ==
        "before " + std::string{not_listed} + std::string{not_listed});
}

TEST_CASE("no more requests are answered once the replies are enough",
          "[tcp_table][conversation]") {
  protocols::counts counted;
  const protocols::lookup in{listed(), counted};
  std::string requests;
  for (int i = 0; i < 5000; ++i)
    requests += "get unknown\n";
  requests += "get unk";
  tcp_table with_client;
  std::string_view rest = requests;
  std::size_t replies = 0;
  for (int batches = 0; !rest.empty(); ++batches) {
    REQUIRE(batches < 10);
    std::string batch;
    rest.remove_prefix(with_client.feed(rest, in, batch));
    CHECK(batch.size() < protocols::enough_replies + 100);
    replies += batch.size();
  }
  CHECK(replies == 5000 * not_listed.size());
  CHECK(counted[count::not_found] == 5000);
}

TEST_CASE("requests are counted by how they end", "[tcp_table][conversation]") {
  const outcome led_to =
      converse("get 192.0.2.1\nget 2001:db8::1\nget 203.0.113.1\n"
               "get unknown\nget 192.0.3.1\n"
               "put x\n\nget %\nquit\n");
  CHECK(led_to.counted[count::found] == 3);
  CHECK(led_to.counted[count::not_found] == 2);
  CHECK(led_to.counted[count::refused] == 4);
}

TEST_CASE("a line of 8192 octets is a request like any other",
          "[tcp_table][conversation]") {
  const std::string longest = "get " + std::string(limit - 4, 'x');
  const std::string encoded = "get a" + [] {
    std::string key;
    while (key.size() + 5 < limit)
      key += "%41";
    return key;
  }();
  REQUIRE(limit == 8192);
  REQUIRE(encoded.size() == limit);

  for (const std::string& line : {longest, encoded}) {
    const outcome led_to = converse(line + '\n' + line + "\nget 192.0.2.1\n");
    CHECK(led_to.replies == std::string{not_listed} + std::string{not_listed} +
                                std::string{listed_a});
    CHECK_FALSE(led_to.finished);

    const outcome unended = converse(line);
    CHECK(unended.replies.empty());
    CHECK_FALSE(unended.finished);
  }
  CHECK(as_postfix_reads(reply_to(std::string(limit, 'x'))) == '4');
}

TEST_CASE("a line of 8193 octets gets a 400 and ends the conversation, with "
          "its LF or without",
          "[tcp_table][conversation]") {
  const std::string too_long = "get " + std::string(limit - 3, 'x');
  for (const std::string& stream :
       {too_long, too_long + '\n', std::string(limit + 1, '%'),
        "put " + std::string(100 * limit, 'x')}) {
    const outcome led_to = converse("get 192.0.2.1\n" + stream);
    const auto replies = lines_of(led_to.replies);
    REQUIRE(replies.size() == 2);
    CHECK(replies[0] == listed_a);
    CHECK(as_postfix_reads(replies[1]) == '4');
    CHECK(led_to.counted[count::refused] == 1);
    CHECK(led_to.finished);
  }
}

TEST_CASE("nothing is answered after the line that ended the conversation",
          "[tcp_table][conversation]") {
  const std::string too_long(limit + 1, 'x');
  const outcome led_to =
      converse("get unknown\n" + too_long + "\nget 192.0.2.1\n");
  CHECK(led_to == converse("get unknown\n" + too_long));
  CHECK(led_to.counted[count::found] == 0);
}

TEST_CASE("a stream is answered the same wherever it is cut",
          "[tcp_table][conversation]") {
  const std::string stream = script();
  const outcome whole = converse(stream);
  REQUIRE(lines_of(whole.replies).size() == 20);

  SECTION("once, anywhere") {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      CAPTURE(cut);
      REQUIRE(converse(stream, {cut}) == whole);
    }
  }
  SECTION("after each octet") {
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut)
      cuts.push_back(cut);
    REQUIRE(converse(stream, cuts) == whole);
  }
  SECTION("into random pieces") {
    std::mt19937 random{1};
    for (int round = 0; round < 1000; ++round) {
      std::vector<std::size_t> cuts;
      for (auto cut = random() % 40; cut < stream.size(); cut += random() % 40)
        cuts.push_back(cut);
      REQUIRE(converse(stream, cuts) == whole);
    }
  }
}

TEST_CASE("an overlong line ends the conversation the same wherever it is cut",
          "[tcp_table][conversation]") {
  const std::string head = "get 192.0.2.1\n";
  const std::string stream =
      head + std::string(limit + 1, 'x') + "\nget 192.0.2.1\n";
  const outcome whole = converse(stream);
  REQUIRE(whole.finished);

  for (std::size_t cut = 0; cut <= stream.size();
       cut += cut > 40 && cut < limit - 10 ? 61 : 1) {
    CAPTURE(cut);
    REQUIRE(converse(stream, {cut}) == whole);
  }
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut)
    cuts.push_back(cut);
  REQUIRE(converse(stream, cuts) == whole);

  std::mt19937 random{2};
  for (int round = 0; round < 100; ++round) {
    cuts.clear();
    for (auto cut = random() % 3000; cut < stream.size();
         cut += random() % 3000)
      cuts.push_back(cut);
    REQUIRE(converse(stream, cuts) == whole);
  }
}

TEST_CASE("whatever comes in, each line gets one reply that Postfix can read",
          "[tcp_table][conversation]") {
  const std::vector<std::string> pieces{
      "get ", "get ", "put ",  "192.0.2.1", "203.0.113.9", "198.51.100.1",
      "::",   "%",    "%31",   "%0A",       "%0",          " ",
      "\r",   "db8",  "2001:", "\x80",      ".",           "unknown"};
  std::mt19937 random{3};
  protocols::counts all;
  for (int round = 0; round < 500; ++round) {
    std::string stream;
    const std::size_t requests = random() % 6;
    for (std::size_t i = 0; i < requests; ++i) {
      if (random() % 4 != 0)
        stream += "get ";
      if (random() % 3 == 0)
        stream += "192.0.2.7";
      for (auto left = random() % 4; left > 0; --left)
        stream += random() % 8 == 0
                      ? std::string(1, static_cast<char>(random() % 10))
                      : pieces[random() % pieces.size()];
      stream += '\n';
    }
    CAPTURE(stream);
    const outcome led_to = converse(stream);
    protocols::counts seen;
    for (const std::string& reply : lines_of(led_to.replies)) {
      const auto digit = as_postfix_reads(reply);
      REQUIRE(digit);
      if (*digit == '2')
        ++seen[count::found];
      else if (*digit == '5' && reply != read_only)
        ++seen[count::not_found];
      else
        ++seen[count::refused];
    }
    REQUIRE(seen[count::found] + seen[count::not_found] +
                seen[count::refused] ==
            requests);
    REQUIRE(seen[count::found] == led_to.counted[count::found]);
    REQUIRE(seen[count::not_found] == led_to.counted[count::not_found]);
    REQUIRE(seen[count::refused] == led_to.counted[count::refused]);
    all += seen;
  }
  CHECK(all[count::found] > 50);
  CHECK(all[count::not_found] > 100);
  CHECK(all[count::refused] > 100);
}

} // namespace tcp_table_test
