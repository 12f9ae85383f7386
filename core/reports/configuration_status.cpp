#include "core/reports/configuration_status.hpp"

namespace spfblock::reports {

std::string_view text_of(configuration_source source) {
  switch (source) {
  case configuration_source::file: return "file";
  case configuration_source::accepted: return "accepted";
  case configuration_source::none: break;
  }
  return "none";
}

std::optional<std::string>
configuration_problem(const configuration_status& of) {
  switch (of.running) {
  case configuration_source::file: return std::nullopt;
  case configuration_source::accepted:
    return "runs on the last accepted configuration, because the file is "
           "refused: " +
           of.reason;
  case configuration_source::none: break;
  }
  return "answers 500 to everything, because the configuration is refused and "
         "none was accepted before: " +
         of.reason;
}

std::optional<std::string>
configuration_concern(const configuration_status& of) {
  if (auto problem = configuration_problem(of))
    return problem;
  if (!of.refused_at)
    return std::nullopt;
  return "the last reload was refused: " + of.reason;
}

} // namespace spfblock::reports
