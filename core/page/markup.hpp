// HTML in which whatever comes from outside is text.
#pragma once

#include <string>
#include <string_view>

namespace spfblock::page {

/// Any octets as text in HTML, between tags or in a quoted attribute.  What
/// would be markup is escaped; what cannot be seen, or turns around what stands
/// beside it, is made visible: control characters and octets that are no UTF-8
/// as `\xHH`, marks of direction and of no width as `\u{HHHH}`.  LF and tab
/// stay.
[[nodiscard]] std::string escaped(std::string_view text);

/// Markup of the program's own: it stands in the source.
class literal {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): only constants convert
  consteval literal(const char* text) : text_{text} {}

  [[nodiscard]] constexpr std::string_view text() const noexcept {
    return text_;
  }

private:
  std::string_view text_;
};

/// Writes HTML, piece by piece.  Nothing that is computed becomes markup:
/// tags() takes constants alone.
class markup {
public:
  markup& tags(literal what) {
    html_ += what.text();
    return *this;
  }
  markup& text(std::string_view what) {
    html_ += escaped(what);
    return *this;
  }
  /// A text between two tags.
  markup& element(literal begin, std::string_view what, literal end) {
    return tags(begin).text(what).tags(end);
  }
  /// What was written by another one.
  markup& add(const markup& other) {
    html_ += other.html_;
    return *this;
  }

  [[nodiscard]] const std::string& html() const noexcept { return html_; }

private:
  std::string html_;
};

} // namespace spfblock::page
