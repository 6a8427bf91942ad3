// SPDX-License-Identifier: Apache-2.0
// Tries the contract on outcomes there have been, and shows how far that has come while it runs.
import { element } from "./builder-tree.js";
import { ask, contractText } from "./builder-lint.js";
import { digits, money as words } from "./money.js";

const STATES = ["OPEN", "PENDING", "CONFIRMED", "FAILED", "MISSED"];

/** Reads events from an answer in parts, as they come. */
async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const lines = part.split("\n");
      const name = lines.find((line) => line.startsWith("event: "))?.slice(7);
      const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
      if (name && data) yield { name, data: JSON.parse(data) };
    }
  }
}

export function startTryOut(form, text, isRight) {
  const button = document.getElementById("try");
  const cancel = document.getElementById("try-cancel");
  const bar = document.getElementById("try-progress");
  const state = document.getElementById("try-state");
  const problems = document.getElementById("try-problems");
  const place = document.getElementById("try-result");
  let running = null;

  button.addEventListener("click", (event) => {
    // What is not right is told by the service's own page.
    if (!isRight()) return;
    event.preventDefault();
    run();
  });
  cancel.addEventListener("click", () => running?.abort());

  function question() {
    const field = (name) => form.elements[name]?.value.trim() ?? "";
    const agent = form.dataset.agent || field("try_agent");
    const instant = (name) => {
      const typed = field(name);
      return typed ? `${typed.length === 16 ? `${typed}:00` : typed}Z` : undefined;
    };
    const outcomes = field("try_by") === "period"
      ? { opened_from: instant("try_from"), opened_before: instant("try_before") }
      : { last: /^[0-9]{1,9}$/.test(field("try_last")) ? Number(field("try_last")) : field("try_last") };
    if (outcomes.last === undefined && !outcomes.opened_from && !outcomes.opened_before) outcomes.last = 10000;
    const parts = [
      `"agent_key":${JSON.stringify(agent)}`,
      `"contract":${contractText(form, text.value)}`,
      `"outcomes":${JSON.stringify(outcomes)}`,
    ];
    if (field("try_rate_card")) parts.push(`"rate_card":${JSON.stringify({ key: field("try_rate_card") })}`);
    return `{${parts.join(",")}}`;
  }

  async function run() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    problems.replaceChildren();
    place.replaceChildren();
    setRunning(true);
    state.textContent = "Looking for outcomes …";
    try {
      const options = { signal, headers: { Accept: "text/event-stream" } };
      const answer = await ask(form, "/v1/simulations", question(), options);
      const isWhole = answer.headers.get("Content-Type").startsWith("application/json");
      if (!answer.ok) refuse(answer.status, (await answer.json()).error);
      else if (isWhole) tell(await answer.json());
      else await follow(answer);
    } catch (problem) {
      state.textContent = problem.name === "AbortError"
        ? "Cancelled." : "The service cannot be reached. What you typed is still here.";
    } finally {
      setRunning(false);
    }
  }

  async function follow(answer) {
    for await (const { name, data } of events(answer)) {
      if (name === "progress") {
        bar.max = Math.max(data.of, 1);
        bar.value = data.done;
        state.textContent = `${data.done} of at most ${data.of} outcomes`;
      } else if (name === "result") {
        tell(data);
        return;
      } else if (name === "error") {
        refuse(data.error.status, data.error);
        return;
      }
    }
    state.textContent = "The answer ended too early. Try it again.";
  }

  function tell(data) {
    place.replaceChildren(...result(data));
    state.textContent = `Done: ${data.changed} of ${data.outcomes} outcomes would be others.`;
  }

  function refuse(status, error) {
    state.textContent = status === 401 || status === 403
      ? "Your session has ended. Nothing you typed is lost: press Check, and sign in." : error.message;
    const items = error.details.map(({ field, message }) => element("li", { class: "wrong" },
      element("code", {}, field), ` ${message}`));
    problems.replaceChildren(...items);
  }

  function setRunning(isRunning) {
    button.disabled = isRunning;
    cancel.hidden = !isRunning;
    bar.hidden = !isRunning;
    if (isRunning) {
      bar.removeAttribute("value");
      cancel.focus();
    } else button.focus();
  }
}

// The result, as the service's own page shows it

function badge(state, words = state) {
  return element("span", { class: `badge ${state}` }, words);
}

function signed(amount, currency) {
  const written = digits(amount, currency);
  return amount.startsWith("-") || amount === "0" ? written : `+${written}`;
}

function result(data) {
  const when = data.as_of.replace("T", " ").slice(0, 19);
  const intro = element("p", {}, element("strong", {}, String(data.changed)),
    ` of ${data.outcomes} outcomes would be others, as of ${when} UTC.`
      + (data.more ? " There are more outcomes than were asked about." : ""));
  const untold = data.changed - data.changes.length;
  return [
    element("h3", {}, "What would be otherwise"), intro, moves(data.table), money(data.totals),
    ...(data.changes.length ? [changes(data.changes)] : []),
    ...(untold > 0 ? [element("p", { class: "quiet" }, `And ${untold} more.`)] : []),
  ];
}

function moves(table) {
  const cells = new Map(table.map((cell) => [`${cell.from} ${cell.to}`, cell]));
  const head = element("tr", {}, element("th", { scope: "col" }, "Is"),
    ...STATES.map((state) => element("th", { scope: "col", class: "number" }, state)));
  const rows = STATES.map((from) => element("tr", {},
    element("th", { scope: "row" }, badge(from)),
    ...STATES.map((to) => moveCell(cells.get(`${from} ${to}`), from === to))));
  return element("div", { class: "scroll" }, element("table", { class: "data" },
    element("caption", {}, "From how it is (rows) to how it would be (columns)"),
    element("thead", {}, head), element("tbody", {}, ...rows)));
}

function moveCell(cell, isSame) {
  const made = element("td", { class: isSame ? "number same" : "number" });
  if (!cell) made.append(element("span", { class: "quiet" }, "–"));
  else made.append(String(cell.outcomes));
  for (const { currency, difference } of cell?.amounts ?? []) {
    if (difference !== "0") made.append(element("br"), element("small", {}, `${signed(difference, currency)} ${currency}`));
  }
  return made;
}

function money(totals) {
  const row = (what, currency, amounts) => element("tr", {},
    element("th", { scope: "row" }, `${what}, ${currency}`),
    element("td", { class: "number", "data-label": "Is" }, digits(amounts.before, currency)),
    element("td", { class: "number", "data-label": "Would be" }, digits(amounts.after, currency)),
    element("td", { class: "number", "data-label": "Difference" }, element("strong", {}, signed(amounts.difference, currency))));
  const head = element("tr", {}, element("th", { scope: "col" }, "Money"),
    ...["Is", "Would be", "Difference"].map((title) => element("th", { scope: "col", class: "number" }, title)));
  return element("div", { class: "scroll" }, element("table", { class: "data stack" },
    element("caption", {}, "The money"), element("thead", {}, head),
    element("tbody", {}, ...totals.flatMap(({ currency, confirmed, pending }) => [
      row("Confirmed", currency, confirmed), row("Pending", currency, pending)]))));
}

function standing({ state, scheduled_resolution: scheduled }) {
  return badge(state, scheduled ? `${state}, to be ${scheduled}` : state);
}

function amount({ amount: value, currency }) {
  return value === null || value === undefined ? "none" : words(value, currency);
}

function changes(items) {
  const label = "Outcomes that would be others";
  return element("div", { class: "changes", tabindex: "0", role: "region", "aria-label": label }, ...items.map(change));
}

function change(item) {
  return element("details", { class: "change" },
    element("summary", {}, element("bdi", {}, item.key), " ", standing(item.before), " → ", standing(item.after)),
    element("p", {},
      element("a", { href: `/dashboard/outcomes/${encodeURIComponent(item.key)}` }, "Its page"), " · ",
      element("bdi", {}, item.customer_key), ` · ${amount(item.before)} → ${amount(item.after)}`),
    element("p", {}, element("bdi", {}, item.explanation)));
}
