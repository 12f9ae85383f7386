// What changed, the latest first: of what was asked about, or of everything.
import { ago, asked, byId, counted, element, linkTo, load, utc } from "./dom.js";

const most = 50;
const mostNetworks = 20;

const happened = {
  start: "a server started",
  reload: "another configuration came into force",
  entry_new: "a new entry",
  entry_changed: "another entry",
  entry_gone: "the entry went",
  listed: "listed",
  changed: "changed",
  refused: "refused by a limit",
};
const causes = {
  record: "its record changed",
  record_gone: "its record is gone",
  first_look: "a first look",
  undecided: "the DNS left it undecided for too long",
  waited: "it grew, and had waited",
  allow: "something else is allowed",
  seen: "other hosts delivered wanted mail",
  limits: "its share in the limits is another one",
  configuration: "a reload",
  end_of_entry: "its day came",
  start: "it was so at a start",
};

function networks(sign, of) {
  const lines = [];
  for (const { chain, networks: some } of of.by ?? []) {
    for (const network of some) {
      lines.push(element("li", {},
        element("code", { class: sign === "+" ? "added" : "removed" },
          `${sign} ${network}`), " ", element("small", {}, chain)));
    }
  }
  const more = of.count - Math.min(lines.length, mostNetworks);
  const shown = lines.slice(0, mostNetworks);
  if (more > 0) {
    shown.push(element("li", {}, `${sign} ${counted(more)} more`));
  }
  return shown;
}

function summary(of) {
  const parts = [];
  for (const [sign, what] of [["+", of.added], ["\u2212", of.removed]]) {
    if (what) {
      parts.push(`${sign}${counted(what.count)}`);
    }
  }
  return parts.length ? ` ${parts.join(" ")} networks` : "";
}

function entry(of) {
  const cause = causes[of.cause] ? `, ${causes[of.cause]}` : "";
  const text = [happened[of.what] ?? of.what, summary(of), cause];
  const note = [of.detail, of.action, of.comment].filter(Boolean).join("; ");
  const item = element("li", {},
    element("time", { title: ago(of.at), datetime: new Date(of.at * 1000).toISOString() },
      utc(of.at)), " ");
  if (of.listing) {
    item.append(linkTo(of.listing), " ");
  }
  item.append(element("span", {}, text.join("")));
  if (note) {
    item.append(" ", element("small", {}, note));
  }
  const lines = [
    ...networks("+", of.added ?? { count: 0 }),
    ...networks("\u2212", of.removed ?? { count: 0 }),
  ];
  if (lines.length) {
    item.append(element("details", {},
      element("summary", {}, "networks"), element("ul", {}, ...lines)));
  }
  return item;
}

function note({ changes, more }, subject) {
  if (changes.length === 0) {
    return `The history tells nothing of ${subject}.`;
  }
  return more
    ? `The last ${counted(changes.length)} of ${subject}; more: spfblock history`
    : `All that the history tells of ${subject}.`;
}

export async function showChanges() {
  const about = asked();
  const subject = about.address ?? about.domain ?? "all domains";
  const { address, domain } = about;
  const parameters = new URLSearchParams({
    ...(address && { address }), ...(domain && { domain }), limit: most });
  const answer = await load(`/history?${parameters}`);
  if (answer === null) {
    byId("changes-note").textContent = "Not available: this server keeps no history.";
    return;
  }
  byId("changes-list").replaceChildren(...answer.changes.reverse().map(entry));
  byId("changes-note").replaceChildren(element("span", {}, note(answer, subject)));
}
