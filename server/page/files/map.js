// Where in the address space is listed, and never is: IPv4 along a Hilbert curve,
// IPv6 as rows.
import { asked, byId, counted, element, load, visible } from "./dom.js";
import { numberAt, pointOf } from "./hilbert.js";

const mostRows = 12;
const pixels = 1024; // of each side

// Two ends of a ramp that all eyes tell apart by how light they are, and what is
// where nothing is listed; lines, which have no colour, where nothing ever is.
const ramps = {
  light: {
    none: [238, 241, 245], line: [222, 227, 234], halo: [198, 219, 239],
    few: [84, 141, 190], all: [2, 36, 88], never: [150, 158, 168],
  },
  dark: {
    none: [20, 24, 31], line: [34, 40, 50], halo: [36, 60, 92],
    few: [74, 124, 184], all: [255, 233, 69], never: [104, 112, 124],
  },
};
const isDark = matchMedia("(prefers-color-scheme: dark)");

/** What is drawn: a network, how many addresses are listed in its cells, and how many
    never are. */
let shown = { first: 0, length: 0, cellLength: 16, counts: [], never: [] };
let cursor = 0;

const sideOf = (map) => Math.sqrt(map.counts.length);
const most = (map) => 2 ** (32 - map.cellLength);

function addressText(number) {
  return [24, 16, 8, 0].map((shift) => (number / 2 ** shift) & 255).join(".");
}

function cellNetwork(map, cell) {
  const address = addressText(map.first + cell * most(map));
  return map.cellLength === 32 ? address : `${address}/${map.cellLength}`;
}

function numberOf(address) {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** From 0, for one address, to 1, for all of the cell. */
function share(count, map) {
  return most(map) === 1 ? 1 : Math.log2(count) / Math.log2(most(map));
}

function colour(part) {
  const { few, all } = isDark.matches ? ramps.dark : ramps.light;
  return few.map((from, i) => Math.round(from + (all[i] - from) * part));
}

const css = (rgb) => `rgb(${rgb.join(" ")})`;

function draw() {
  const side = sideOf(shown);
  const canvas = byId("map-canvas");
  canvas.width = canvas.height = pixels;
  const size = pixels / side;
  const context = canvas.getContext("2d");
  const { none, line, halo } = isDark.matches ? ramps.dark : ramps.light;
  context.fillStyle = css(none);
  context.fillRect(0, 0, pixels, pixels);
  drawGrid(context, line);
  drawNever(context, side);
  const listed = [];
  shown.counts.forEach((count, cell) => {
    if (count > 0) {
      listed.push([...pointOf(cell, side), count]);
    }
  });
  // A single point is hardly seen without something around it.
  context.fillStyle = css(halo);
  const around = Math.max(2, size / 8);
  for (const [x, y] of listed) {
    context.fillRect(x * size - around, y * size - around,
      size + 2 * around, size + 2 * around);
  }
  for (const [x, y, count] of listed) {
    context.fillStyle = css(colour(share(count, shown)));
    context.fillRect(x * size, y * size, size, size);
  }
  drawAsked(context, size);
  drawLegend();
}

/** Lines between parts that are 16 times as large as all, along each side. */
function drawGrid(context, line) {
  context.fillStyle = css(line);
  for (let at = pixels / 16; at < pixels; at += pixels / 16) {
    context.fillRect(at, 0, 1, pixels);
    context.fillRect(0, at, pixels, 1);
  }
}

/** Slanting lines, which go on from cell to cell. */
function drawNever(context, side) {
  const { never } = isDark.matches ? ramps.dark : ramps.light;
  const size = pixels / side;
  const hatch = Math.min(8, size); // at least a line in each cell
  const tile = element("canvas", { width: hatch, height: hatch });
  const lines = tile.getContext("2d");
  lines.fillStyle = css(never);
  for (let at = 0; at < hatch; at += 1) {
    lines.fillRect(at, hatch - 1 - at, 1, 1);
  }
  context.fillStyle = context.createPattern(tile, "repeat");
  shown.never.forEach((count, cell) => {
    if (count > 0) {
      const [x, y] = pointOf(cell, side);
      context.fillRect(x * size, y * size, size, size);
    }
  });
}

/** A ring around the address that the page was asked about. */
function drawAsked(context, size) {
  const address = asked().address;
  if (!address?.includes(".")) {
    return;
  }
  const cell = Math.floor((numberOf(address) - shown.first) / most(shown));
  if (cell < 0 || cell >= shown.counts.length) {
    return;
  }
  const [x, y] = pointOf(cell, sideOf(shown));
  context.strokeStyle = getComputedStyle(document.body).color;
  context.lineWidth = 3;
  context.beginPath();
  context.arc((x + 0.5) * size, (y + 0.5) * size, Math.max(14, size), 0, 2 * Math.PI);
  context.stroke();
}

function drawLegend() {
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const box = element("i", {});
    box.style.backgroundColor = css(colour(part));
    return box;
  });
  byId("map-legend").replaceChildren("listed: one address ", ...steps, " all of it;",
    element("i", { class: "never" }), " never listed: allowed, a provider's, reserved");
}

function tellCell(cell) {
  cursor = cell;
  const count = shown.counts[cell];
  const never = shown.never[cell];
  const many = shown.cellLength === 32
    ? (count ? "listed" : never ? "never listed" : "not listed")
    : `${counted(count)} listed address${count === 1 ? "" : "es"}`
      + (never ? `, ${counted(never)} never listed` : "");
  byId("map-cell").textContent = `${cellNetwork(shown, cell)}: ${many}`;
}

/** Looks closer at a cell; an address is explained. */
function enter(cell) {
  const network = cellNetwork(shown, cell);
  if (shown.cellLength === 32) {
    location.assign(`/?address=${encodeURIComponent(network)}`);
  } else {
    showNetwork(network);
  }
}

function zoomOut() {
  if (shown.length === 24) {
    const first = shown.first - (shown.first % 65536);
    showNetwork(`${addressText(first)}/16`);
  } else if (shown.length === 16) {
    showNetwork("0.0.0.0/0");
  }
}

function rowOf(cell) {
  const name = cellNetwork(shown, cell);
  const button = element("button", { type: "button", class: "link" }, name);
  button.addEventListener("click", () => enter(cell));
  return element("tr", {},
    element("th", { scope: "row" }, button),
    element("td", { class: "number" }, counted(shown.counts[cell])));
}

function showMost() {
  const cells = [];
  shown.counts.forEach((count, cell) => count > 0 && cells.push(cell));
  cells.sort((a, b) => shown.counts[b] - shown.counts[a] || a - b);
  byId("map-most").replaceChildren(...cells.slice(0, mostRows).map(rowOf));
}

function expanded(runs) {
  return runs.flatMap(([many, count]) => new Array(many).fill(count));
}

async function showNetwork(prefix) {
  try {
    const map = await load(`/map?prefix=${encodeURIComponent(prefix)}`);
    const [address, length] = map.prefix.split("/");
    shown = {
      first: numberOf(address),
      length: Number(length),
      cellLength: map.cell_length,
      counts: expanded(map.runs),
      never: expanded(map.never),
    };
    cursor = 0;
    draw();
    showMost();
    byId("map-place").textContent = shown.length ? map.prefix : "all of IPv4";
    byId("map-out").hidden = shown.length === 0;
  } catch (error) {
    byId("map-cell").textContent = visible(error.message);
  }
}

async function showIpv6() {
  const map = await load("/map?prefix=::/0");
  const rows = map.rows.map((each) =>
    element("tr", {},
      element("th", { scope: "row" }, element("code", {}, each.network)),
      element("td", { class: "number" }, counted(each.networks))));
  if (map.more > 0) {
    rows.push(element("tr", {},
      element("td", { colspan: 2 }, `and ${counted(map.more)} more`)));
  }
  if (rows.length === 0) {
    rows.push(element("tr", {}, element("td", { colspan: 2 }, "none is listed")));
  }
  byId("ipv6-rows").replaceChildren(...rows);
}

function cellUnder(event) {
  const box = event.target.getBoundingClientRect();
  const side = sideOf(shown);
  const at = (from, start, size) =>
    Math.min(side - 1, Math.max(0, Math.floor(((from - start) / size) * side)));
  return numberAt(at(event.clientX, box.left, box.width),
    at(event.clientY, box.top, box.height), side);
}

function moveCursor(right, down) {
  const side = sideOf(shown);
  const [x, y] = pointOf(cursor, side);
  const within = (number) => Math.min(side - 1, Math.max(0, number));
  tellCell(numberAt(within(x + right), within(y + down), side));
}

const keys = {
  ArrowLeft: () => moveCursor(-1, 0),
  ArrowRight: () => moveCursor(1, 0),
  ArrowUp: () => moveCursor(0, -1),
  ArrowDown: () => moveCursor(0, 1),
  Enter: () => enter(cursor),
  Escape: zoomOut,
};

export async function showMap() {
  const canvas = byId("map-canvas");
  canvas.addEventListener("pointermove", (event) => tellCell(cellUnder(event)));
  canvas.addEventListener("click", (event) => enter(cellUnder(event)));
  canvas.addEventListener("keydown", (event) => {
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  byId("map-out").addEventListener("click", zoomOut);
  isDark.addEventListener("change", draw);
  await Promise.all([showNetwork("0.0.0.0/0"), showIpv6()]);
}
