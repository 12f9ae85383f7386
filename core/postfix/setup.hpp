// How a Postfix is set up, as postconf(1) tells it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::postfix {

/// What postconf(1) printed.
struct postconf_texts {
  std::string parameters; ///< postconf -x
  std::string services;   ///< postconf -M
  std::string overrides;  ///< postconf -Px
};

/// A service of master.cf.
struct service {
  std::string name;          ///< "smtp", "127.0.0.1:2525"
  std::string type;          ///< "inet", "pass"
  bool chroot = false;       ///< whatever "-" means for this Postfix
  std::string process_limit; ///< "-" for the default, "0" for none
  std::string command;       ///< "smtpd"
  /// Runs as root, not as mail_owner: unprivileged is "n" (master(5)).
  bool is_root = false;

  /// As postconf names it: "smtp/inet".
  [[nodiscard]] std::string to_string() const { return name + '/' + type; }
};

/// The parameters of main.cf and the services of master.cf, `$name` expanded.
class setup {
public:
  /// Lines that postconf does not print are passed over.
  explicit setup(const postconf_texts& texts);

  [[nodiscard]] const std::vector<service>& services() const noexcept {
    return services_;
  }

  /// The value for a service.
  /// @return empty of what nobody knows
  [[nodiscard]] std::string_view value(const service& of,
                                       const std::string& parameter) const;

  /// The value in main.cf.
  /// @return as value()
  [[nodiscard]] std::string_view value(const std::string& parameter) const;

  /// Whether master.cf says otherwise than main.cf for the service.
  [[nodiscard]] bool is_overridden(const service& of,
                                   const std::string& parameter) const;

  /// Where that value stands: "main.cf: NAME", "master.cf: smtp/inet: NAME".
  [[nodiscard]] std::string place_of(const service& of,
                                     const std::string& parameter) const;

private:
  std::map<std::string, std::string> parameters_;
  std::map<std::string, std::string> overrides_; ///< by "smtp/inet/NAME"
  std::vector<service> services_;
};

/// The elements of a list: separated by blanks and commas, but for those within
/// braces, which stay in their element (Postfix mystrtok.c).
[[nodiscard]] std::vector<std::string_view> elements_of(std::string_view list);

/// What stands within the braces of an element, or else all of it.
[[nodiscard]] std::string_view without_braces(std::string_view element);

} // namespace spfblock::postfix
