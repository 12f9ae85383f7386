// Hits over time, drawn by uPlot: of the listing that was asked about, or of all.
import { asked, byId, counted, load } from "./dom.js";

const height = 220;
const words = {
  minutes: "in the last hour, by minute, UTC",
  half_hours: "in two days, by half hour, UTC",
  days: "in a year, by day, UTC",
};
// How a time is written below the plot, by its text of ISO 8601.
const labels = {
  minutes: (iso) => iso.slice(11, 16),
  half_hours: (iso) => (iso.slice(11, 16) === "00:00" ? iso.slice(5, 10) : iso.slice(11, 16)),
  days: (iso) => iso.slice(0, 10),
};

let hits = null;
let plot = null;
let period = "minutes";

const variable = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function axis() {
  const stroke = variable("--faint");
  const grid = { stroke: variable("--line"), width: 1 };
  return { stroke, grid, ticks: grid, font: "12px system-ui, sans-serif" };
}

const iso = (seconds) => new Date(seconds * 1000).toISOString();

function options(width) {
  const { start, step, counts: bins } = hits[period];
  const times = {
    ...axis(), space: period === "days" ? 90 : 60,
    values: (_, splits) => splits.map((at) => labels[period](iso(at))),
  };
  const bars = uPlot.paths.bars({ size: [0.8, 24], align: 1 });
  const series = {
    label: "hits", stroke: variable("--accent"), fill: variable("--accent"),
    paths: bars, points: { show: false },
  };
  const counts = {
    ...axis(), size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000,
      5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000],
  };
  return {
    width, height, legend: { show: false }, cursor: { show: false },
    scales: {
      // A bar stands from its time on: the last one needs its room, too.
      x: { range: [start, start + bins.length * step] },
      y: { range: (_, low, high) => [0, Math.max(high, 4)] },
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    series: [{}, series], axes: [times, counts],
  };
}

function draw() {
  const place = byId("hits-plot");
  const { start, step, counts } = hits[period];
  const times = counts.map((_, i) => start + i * step);
  const sum = counts.reduce((a, b) => a + b, 0);
  const whose = hits.listing ? `${hits.listing}: ` : "";
  byId("hits-note").textContent = `${whose}${counted(sum)} hits ${words[period]}`;
  plot?.destroy();
  plot = new uPlot(options(place.clientWidth), [times, counts], place);
  place.querySelector("canvas").setAttribute("aria-hidden", "true");
}

function choose(button) {
  period = button.dataset.period;
  for (const each of document.querySelectorAll("[data-period]")) {
    each.setAttribute("aria-pressed", each === button);
  }
  if (hits) {
    draw();
  }
}

export async function showHits() {
  const { domain, listing } = asked();
  const whose = listing ?? domain;
  hits = await load(whose ? `/hits?${new URLSearchParams({ listing: whose })}` : "/hits");
  if (hits === null) {
    byId("hits-note").textContent = "Not available: nothing is counted over time.";
    return;
  }
  for (const button of document.querySelectorAll("[data-period]")) {
    button.addEventListener("click", () => choose(button));
  }
  addEventListener("resize", () => plot?.setSize({
    width: byId("hits-plot").clientWidth, height }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
