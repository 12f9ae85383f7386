// What the parts of the page have in common.  Whatever comes from outside becomes
// text, never markup.

// Marks that are not seen, or turn around what stands beside them.
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** The text, with such marks made visible as the server does. */
export function visible(text) {
  return String(text).replace(invisible, (mark) => {
    const number = mark.codePointAt(0);
    return number < 0xa0
      ? `\\x${number.toString(16).padStart(2, "0")}`
      : `\\u{${number.toString(16).padStart(4, "0")}}`;
  });
}

/** An element; `children` are elements, or texts. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  for (const child of children) {
    made.append(child instanceof Node ? child : visible(child));
  }
  return made;
}

/** A link to what the page says of a domain, a network or an address. */
export function linkTo(name) {
  const href = `/?address=${encodeURIComponent(name)}`;
  return element("a", { href }, element("code", {}, name));
}

/** The document at a path; null where the server has no such thing. */
export async function load(path) {
  const reply = await fetch(path);
  if (reply.status === 404) {
    return null;
  }
  if (!reply.ok) {
    throw new Error((await reply.text()).trim());
  }
  return reply.json();
}

export function byId(id) {
  return document.getElementById(id);
}

/** 12,345 */
export function counted(number) {
  return number.toLocaleString("en");
}

/** "2026-11-24 08:50 UTC" of seconds since 1970. */
export function utc(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** "3 hours ago" */
export function ago(seconds) {
  const span = Math.max(0, Date.now() / 1000 - seconds);
  for (const [size, name] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const many = Math.floor(span / size);
    if (many > 0) {
      return `${many} ${name}${many === 1 ? "" : "s"} ago`;
    }
  }
  return "just now";
}

/** What the page was asked about: {address} or {domain}, or nothing. */
export function asked() {
  const answer = byId("answer");
  return answer ? { ...answer.dataset } : {};
}
