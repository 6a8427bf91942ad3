// SPDX-License-Identifier: Apache-2.0
// Puts newer figures in the place of the old ones while the page is looked at.
"use strict";

const health = document.getElementById("health");
if (health?.dataset.refresh) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const newer = page.getElementById("health");
      if (newer) health.replaceChildren(...newer.childNodes);
    } catch {
      // The next turn tries again.
    }
  }, Number(health.dataset.refresh) * 1000);
}
