// SPDX-License-Identifier: Apache-2.0
// Keeps the feed's first page as it is now, by the live stream. Without it the page is a list like others.
import { money } from "./money.js";

const ROWS_LIMIT = 200;
const ANNOUNCE_MILLISECONDS = 5000;

const live = document.querySelector("[data-live]");
if (live && "EventSource" in window) watch();

function watch() {
  const word = live.querySelector(".live-word");
  const pause = live.querySelector("button");
  const body = document.querySelector("#outcomes tbody");
  const blank = document.querySelector("#outcome-row");
  const news = document.querySelector("#live-news");
  const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const waiting = new Map();
  let isPaused = false;
  let changed = new Set();
  let announcing = null;

  live.hidden = false;
  const source = new EventSource(live.dataset.live);
  source.addEventListener("open", say);
  source.addEventListener("error", say);
  source.addEventListener("reset", () => {
    document.querySelector("#live-reset").hidden = false;
  });
  source.addEventListener("outcome", (event) => {
    const outcome = JSON.parse(event.data);
    if (isPaused) waiting.set(outcome.key, outcome);
    else show(outcome);
    say();
  });
  addEventListener("pagehide", () => source.close());

  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) {
      for (const outcome of waiting.values()) show(outcome);
      waiting.clear();
    }
    say();
  });

  function say() {
    const states = ["Connecting", "Live", "Not live: reload the page"];
    let text = states[source.readyState];
    if (isPaused) text = waiting.size ? `Paused, ${waiting.size} changed` : "Paused";
    live.classList.toggle("on", source.readyState === EventSource.OPEN && !isPaused);
    if (word.textContent !== text) word.textContent = text;
  }

  function show(outcome) {
    let row = rows.get(outcome.key);
    if (live.dataset.state && outcome.state !== live.dataset.state) {
      if (row) leave(outcome, row);
      return;
    }
    if (!row) {
      row = blank.content.firstElementChild.cloneNode(true);
      row.dataset.key = outcome.key;
      row.dataset.opened = outcome.opened_at;
      if (!place(row)) return;
      rows.set(outcome.key, row);
    }
    fill(row, outcome);
    row.classList.remove("fresh");
    void row.offsetWidth;
    row.classList.add("fresh");
    tell(outcome.key);
  }

  // What is in another state than is asked for goes, unless somebody is just about to follow it.
  function leave(outcome, row) {
    if (row.contains(document.activeElement)) {
      fill(row, outcome);
      row.addEventListener("focusout", () => { if (isGone(row)) drop(outcome.key, row); }, { once: true });
    } else drop(outcome.key, row);
    tell(outcome.key);
  }

  function isGone(row) {
    return row.querySelector('[data-f="state"]').textContent !== live.dataset.state;
  }

  function drop(key, row) {
    if (rows.get(key) === row) rows.delete(key);
    row.remove();
  }

  function tell(key) {
    changed.add(key);
    announcing ??= setTimeout(announce, ANNOUNCE_MILLISECONDS);
  }

  // Newest first; what is older than all that is shown belongs on another page.
  function place(row) {
    for (const other of body.rows) {
      const order = compare(row.dataset.opened, other.dataset.opened)
        || compare(row.dataset.key, other.dataset.key);
      if (order > 0) {
        other.before(row);
        if (body.rows.length > ROWS_LIMIT) {
          const last = body.rows[body.rows.length - 1];
          rows.delete(last.dataset.key);
          last.remove();
        }
        return true;
      }
    }
    if (document.querySelector(".pager a[href*='cursor=']")) return false;
    body.append(row);
    return true;
  }

  function fill(row, outcome) {
    const at = (name) => row.querySelector(`[data-f="${name}"]`);
    const link = at("key");
    if (!link.firstElementChild) {
      link.href = "/dashboard/outcomes/" + encodeURIComponent(outcome.key);
      link.append(Object.assign(document.createElement("bdi"), { textContent: outcome.key }));
    }
    at("state").textContent = outcome.state;
    at("state").className = `badge ${outcome.state}`;
    const then = outcome.state === "OPEN" ? "MISSED" : outcome.scheduled_resolution;
    at("then").textContent = then ? `then ${then}` : "";
    at("agent").textContent = outcome.agent_key;
    at("customer").textContent = outcome.customer_key;
    at("signals").textContent = outcome.signal_count;
    moment(at("opened"), outcome.opened_at);
    moment(at("ends"), outcome.settles_at);
    at("amount").textContent = outcome.amount === null ? "" : money(outcome.amount, outcome.currency);
  }

  function moment(element, exact) {
    element.dateTime = exact;
    element.textContent = `${exact.slice(0, 10)} ${exact.slice(11, 19)}`;
  }

  function announce() {
    announcing = null;
    const count = changed.size;
    const key = count === 1 ? [...changed][0] : null;
    const only = rows.get(key);
    if (only) news.textContent = `${key} is ${only.querySelector('[data-f="state"]').textContent}.`;
    else news.textContent = key ? `${key} has left the list.` : `${count} outcomes changed.`;
    changed = new Set();
  }
}

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
