#include "core/postfix/socket_way.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <string>

namespace socket_way_test {

using namespace spfblock;
using namespace spfblock::postfix;

namespace {

constexpr account postfix_user{101, 102};

using files = std::map<std::string, file_facts>;

/// A machine with these files, and the user postfix.
class told_machine final : public machine {
public:
  explicit told_machine(const files& of) : files_{of} {}

  std::optional<account> account_of(const std::string& user) const override {
    if (user != "postfix")
      return std::nullopt;
    return postfix_user;
  }
  file_facts look_at(const std::string& path) const override {
    const auto found = files_.find(path);
    return found == files_.end() ? file_facts{} : found->second;
  }

private:
  const files& files_;
};

file_facts folder(unsigned mode = 0755, account owner = {}) {
  return {file_kind::folder, mode, owner};
}

file_facts socket(unsigned mode, account owner) {
  return {file_kind::socket, mode, owner};
}

/// As the package's socket unit makes it.
files with_unit() {
  files made;
  for (const char* const each :
       {"/", "/var", "/var/spool", "/var/spool/postfix",
        "/var/spool/postfix/spfblock"})
    made[each] = folder();
  made["/var/spool/postfix/spfblock/policy"] =
      socket(0660, {0, postfix_user.group});
  return made;
}

std::string said_of(const files& on, const std::string& path, bool chroot,
                    const std::string& owner = "postfix") {
  const setup told{
      {"queue_directory = /var/spool/postfix\nmail_owner = " + owner + '\n', "",
       ""}};
  const service of{"smtp", "inet", chroot, "-", "smtpd"};
  const restriction by{"check_policy_service", {}};
  const said_before before;
  std::string all;
  for (const finding& each :
       judge_way({told, of, "smtpd_client_restrictions", "here", by, before},
                 path, told_machine{on}))
    all +=
        (each.how == verdict::wrong ? "WRONG " : "") + each.to_string() + '\n';
  return all;
}

constexpr const char* relative = "spfblock/policy";
constexpr const char* at_queue = "/var/spool/postfix/spfblock";

} // namespace

TEST_CASE("socket_way: the socket of the package is found, in a chroot or not",
          "[postfix][socket_way]") {
  const files on = with_unit();
  CHECK(said_of(on, relative, true).empty());
  CHECK(said_of(on, "/spfblock/policy", true).empty());
  CHECK(said_of(on, relative, false).empty());
  CHECK(said_of(on, "/var/spool/postfix/spfblock/policy", false).empty());
  CHECK(said_of(on, relative, false, "nobody-else") ==
        "WRONG main.cf: mail_owner: there is no user \"nobody-else\"\n");
}

TEST_CASE("socket_way: whom the socket lets connect", "[postfix][socket_way]") {
  struct row {
    unsigned mode;
    account owner;
    bool may;
  };
  const auto [mode, owner, may] = GENERATE(values<row>({
      {0666, {0, 0}, true},
      {0660, {0, 102}, true},
      {0600, {101, 0}, true},
      {0660, {0, 0}, false},
      {0660, {0, 103}, false}, // a second group is given up
      {0640, {0, 102}, false},
      {0606, {0, 102}, false}, // the group's bits alone count for who is in it
      {0066, {101, 102}, false},
  }));
  CAPTURE(mode, owner.user, owner.group);
  files on = with_unit();
  on["/var/spool/postfix/spfblock/policy"] = socket(mode, owner);
  const std::string said = said_of(on, relative, true);
  CHECK(said.empty() == may);
  if (mode == 0660 && owner.group == 103)
    CHECK(said == "WRONG here: postfix may not connect to "
                  "/var/spool/postfix/spfblock/policy (mode 0660, user 0, "
                  "group 103; postfix has user 101 and group 102, and no other "
                  "group)\n");
}

TEST_CASE("socket_way: the folders on the way, from where smtpd begins",
          "[postfix][socket_way]") {
  files on = with_unit();
  on["/var"] = folder(0700);
  CHECK(said_of(on, relative, true).empty());
  CHECK(said_of(on, relative, false).empty()); // from the queue directory on
  CHECK(said_of(on, "/var/spool/postfix/spfblock/policy", false) ==
        "WRONG here: postfix may not enter /var (mode 0700, user 0, group "
        "0)\n");
  on[at_queue] = folder(0750);
  CHECK(said_of(on, relative, true) ==
        "WRONG here: postfix may not enter /var/spool/postfix/spfblock (mode "
        "0750, user 0, group 0)\n");
  on[at_queue] = folder(0750, {0, postfix_user.group});
  CHECK(said_of(on, relative, true).empty());
}

TEST_CASE(
    "socket_way: what is not there, is no socket, cannot be seen or leads "
    "elsewhere",
    "[postfix][socket_way]") {
  files on = with_unit();
  const std::string path = "/var/spool/postfix/spfblock/policy";
  on.erase(path);
  CHECK(said_of(on, relative, true) ==
        "here: warning: " + path +
            " is not there: spfblock, or the socket unit, is not started\n");
  on[path] = {file_kind::other, 0666, {}};
  CHECK(said_of(on, relative, true) ==
        "WRONG here: " + path + " is no socket\n");
  on[path] = {file_kind::unseen};
  CHECK(said_of(on, relative, true) == "here: warning: " + path +
                                           " cannot be looked at (expected "
                                           "root)\n");
  on = with_unit();
  on[at_queue].link_to = "/run/spfblock";
  CHECK(said_of(on, relative, true) ==
        "WRONG here: /var/spool/postfix/spfblock is a link to /run/spfblock, "
        "which is elsewhere for an smtpd in a chroot\n");
  CHECK(said_of(on, relative, false).empty());
  on[at_queue] = {file_kind::other, 0644, {}};
  CHECK(said_of(on, relative, true) ==
        "WRONG here: /var/spool/postfix/spfblock is no folder\n");
}

} // namespace socket_way_test
