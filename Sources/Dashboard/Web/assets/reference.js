// SPDX-License-Identifier: Apache-2.0
// Finds calls of the API by their words.
"use strict";

{
  const field = document.querySelector("#reference-search");
  const found = document.querySelector("#reference-found");
  const calls = [...document.querySelectorAll(".reference-call")];
  field.parentElement.hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const call of calls) {
      const text = call.dataset.words.toLowerCase();
      call.hidden = !words.every((word) => text.includes(word));
      if (!call.hidden) count += 1;
    }
    for (const group of document.querySelectorAll(".reference-group")) {
      group.hidden = !group.querySelector(".reference-call:not([hidden])");
    }
    found.textContent = words.length ? `${count} of ${calls.length} calls` : "";
  });
}
