// SPDX-License-Identifier: Apache-2.0
// Says when the outcome that is shown has changed; what is read is not changed under one's eyes.
"use strict";

const changed = document.querySelector("#changed");
if (changed && "EventSource" in window) {
  const source = new EventSource(changed.dataset.live);
  source.addEventListener("outcome", (event) => {
    if (JSON.parse(event.data).key === changed.dataset.key) tell();
  });
  source.addEventListener("reset", tell);
  addEventListener("pagehide", () => source.close());

  function tell() {
    changed.hidden = false;
    source.close();
  }
}
