// SPDX-License-Identifier: Apache-2.0
// Adds and removes rows of the entry grid in place; without it the server does.
"use strict";

const body = document.querySelector("#entries tbody");
const news = document.querySelector("#grid-news");

function renumber() {
  [...body.rows].forEach((row, index) => {
    const number = String(index + 1);
    row.cells[0].textContent = number;
    row.querySelector("[name=agent_key]").setAttribute("aria-label", `Agent of row ${number}`);
    row.querySelector("[name=price_per_unit]").setAttribute("aria-label", `Price of row ${number}`);
    const remove = row.querySelector("[data-remove]");
    remove.value = `remove-${index}`;
    remove.querySelector(".hidden").textContent = ` row ${number}`;
  });
}

function blank() {
  const row = body.rows[body.rows.length - 1].cloneNode(true);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("value");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  for (const wrong of row.querySelectorAll(".wrong")) wrong.remove();
  return row;
}

document.querySelector("[data-add]").addEventListener("click", (event) => {
  // The server makes a first row when there is none to copy.
  if (body.rows.length === 0) return;
  event.preventDefault();
  body.append(blank());
  renumber();
  body.rows[body.rows.length - 1].querySelector("input").focus();
  news.textContent = `Row ${body.rows.length} was added.`;
});

body.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button || body.rows.length === 1) return;
  event.preventDefault();
  const row = button.closest("tr");
  const neighbour = row.nextElementSibling || row.previousElementSibling;
  row.remove();
  renumber();
  neighbour.querySelector("input").focus();
  news.textContent = `A row was removed; ${body.rows.length} are left.`;
});
