// The page beyond what the server wrote: each part on its own, so that one that fails
// takes no other with it.
import { showChanges } from "./changes.js";
import { byId, element, visible } from "./dom.js";
import { showDomains } from "./domains.js";
import { followHealth } from "./health.js";
import { showHits } from "./hits.js";
import { showMap } from "./map.js";

const parts = { domains: showDomains, changes: showChanges, hits: showHits, map: showMap };

function offerCopies() {
  for (const command of document.querySelectorAll(".command")) {
    const button = element("button", { type: "button", class: "copy" }, "Copy");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.firstElementChild.textContent);
      button.textContent = "Copied";
    });
    command.append(button);
  }
}

async function fill(id, show) {
  try {
    await show();
  } catch (error) {
    byId(id).append(element("p", { class: "bad" }, `Not shown: ${visible(error.message)}`));
  }
}

for (const each of document.querySelectorAll("[data-scripted]")) {
  each.hidden = false;
}
offerCopies();
followHealth();
if (!byId("answer")) {
  byId("address").focus();
}
await Promise.all(Object.entries(parts).map(([id, show]) => fill(id, show)));
document.documentElement.dataset.filled = "";
