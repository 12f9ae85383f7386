// Whether all is well, as it goes on.
import { byId, element } from "./dom.js";

const everyMilliseconds = 30_000;

async function ask() {
  try {
    const reply = await fetch("/healthz");
    return { good: reply.ok, text: (await reply.text()).trim() };
  } catch {
    return { good: false, text: "the server does not answer" };
  }
}

function words({ good, text }) {
  const warning = "ok; warning: ";
  if (!good) {
    return ["bad", "Not well", text];
  }
  return text.startsWith(warning)
    ? ["warn", "Well, but", text.slice(warning.length)]
    : ["good", "All is well", ""];
}

/** Follows it; what is told changes only where it has. */
export function followHealth() {
  const place = byId("health");
  let told = place.querySelector("strong").textContent;
  setInterval(async () => {
    const [kind, verdict, text] = words(await ask());
    if (verdict + text === told) {
      return;
    }
    told = verdict + text;
    place.replaceChildren(
      element("strong", { class: kind }, verdict), " ", element("span", {}, text));
  }, everyMilliseconds);
}
