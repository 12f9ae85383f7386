// The table of all domains: sought and sorted by the server, a page at a time.
import { ago, byId, counted, element, linkTo, load, utc } from "./dom.js";

const pageSize = 50;
const restMilliseconds = 150; // after a key was struck

const question = { search: "", offset: 0, order: "condition" };
let asked = 0; // answers may come in another order

function row(of) {
  const state = of.in_trouble ? "state trouble" : "state";
  const change = of.changed_at === null
    ? element("td", {})
    : element("td", { title: utc(of.changed_at) }, ago(of.changed_at));
  const role = of.role === "allowed" ? ["allowed, "] : [];
  return element("tr", {},
    element("th", { scope: "row" }, linkTo(of.domain)),
    element("td", {}, element("span", { class: state }, ...role, of.condition)),
    element("td", { class: "number" }, counted(of.networks)),
    element("td", { class: "number" }, of.hits === null ? "" : counted(of.hits)),
    change,
    element("td", { class: "remark" }, of.remark || of.comment));
}

function range(answer) {
  if (answer.matching === 0) {
    return `none of ${counted(answer.total)}`;
  }
  const first = answer.offset + 1;
  const last = answer.offset + answer.domains.length;
  return `${counted(first)} to ${counted(last)} of ${counted(answer.matching)}`;
}

function show(answer) {
  byId("domains-table").tBodies[0].replaceChildren(...answer.domains.map(row));
  byId("domains-shown").textContent = range(answer);
  byId("domains-former").disabled = answer.offset === 0;
  byId("domains-next").disabled =
    answer.offset + answer.domains.length >= answer.matching;
}

function showOrder() {
  const descends = { domain: false, condition: false };
  for (const head of document.querySelectorAll("th[data-order]")) {
    const name = head.dataset.order;
    if (question.order === name || question.order === `-${name}`) {
      const isReversed = question.order.startsWith("-");
      const isDown = (descends[name] ?? true) !== isReversed;
      head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    } else {
      head.removeAttribute("aria-sort");
    }
  }
}

async function ask() {
  const mine = ++asked;
  const parameters = new URLSearchParams({ ...question, limit: pageSize });
  const shown = byId("domains-shown");
  try {
    const answer = await load(`/domains?${parameters}`);
    if (mine === asked) {
      show(answer);
      showOrder();
    }
  } catch (error) {
    if (mine === asked) {
      shown.textContent = error.message;
    }
  }
}

function turn(change) {
  Object.assign(question, change);
  return ask();
}

export function showDomains() {
  let timer;
  byId("search").addEventListener("input", (event) => {
    clearTimeout(timer);
    const search = event.target.value;
    timer = setTimeout(() => turn({ search, offset: 0 }), restMilliseconds);
  });
  byId("domains-former").addEventListener("click", () =>
    turn({ offset: Math.max(0, question.offset - pageSize) }));
  byId("domains-next").addEventListener("click", () =>
    turn({ offset: question.offset + pageSize }));
  for (const head of document.querySelectorAll("th[data-order]")) {
    const name = head.dataset.order;
    head.firstElementChild.addEventListener("click", () =>
      turn({ order: question.order === name ? `-${name}` : name, offset: 0 }));
  }
  return ask();
}
