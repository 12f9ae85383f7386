// Hits over time, drawn by uPlot: of the listing that was asked about, or of all.
import { asked, byId, counted, load } from "./dom.js";

const height = 220;
const words = {
  minutes: "in the last hour, by minute",
  half_hours: "in two days, by half hour",
  days: "in a year, by day",
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

function options(width) {
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
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 4)] } },
    series: [{}, series], axes: [axis(), counts],
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
