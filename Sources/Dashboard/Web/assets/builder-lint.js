// SPDX-License-Identifier: Apache-2.0
// Asks the service about the contract a short while after each change, and shows what it found.
import { element } from "./builder-tree.js";

const LINT_PAUSE_MS = 600;
const SEVERITIES = { error: "bad", warning: "wait", info: "calm" };
const UNIT_SECONDS = { days: 86400, hours: 3600, minutes: 60, seconds: 1 };
const ENDED = "Your session has ended. Nothing you typed is lost: press Check, and sign in.";

/** The contract of the form as JSON; the condition goes in as it was typed, so that numbers stay exact. */
export function contractText(form, condition) {
  const field = (name) => form.elements[name].value.trim();
  const parts = [
    `"condition":${condition}`,
    `"attribution_method":${JSON.stringify(field("attribution_method"))}`,
  ];
  if (field("unit")) parts.push(`"unit":${JSON.stringify(field("unit"))}`);
  const seconds = /^[0-9]{1,12}$/.test(field("period")) ? Number(field("period")) * UNIT_SECONDS[field("period_unit")] : null;
  parts.push(`"settlement_period":${seconds ?? JSON.stringify(field("period"))}`);
  return `{${parts.join(",")}}`;
}

/** A call of the API in the session's name. */
export function ask(form, path, body, options = {}) {
  return fetch(path, {
    method: body === undefined ? "GET" : "POST",
    body,
    credentials: "same-origin",
    ...options,
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": form.elements.form_token.value,
      ...options.headers,
    },
  });
}

export class Linter {
  constructor(form, text, actions) {
    this.form = form;
    this.text = text;
    this.actions = actions;
    this.observed = new Map();
    this.state = document.getElementById("lint-state");
    this.place = document.getElementById("lint");
    this.effect = document.getElementById("effect");
    this.publish = document.getElementById("publish");
    this.isEnded = false;
    this.isRight = false;
  }

  watch() {
    for (const name of ["period", "period_unit", "attribution_method", "unit", "name"]) {
      this.form.elements[name].addEventListener("input", () => this.schedule(this.isRight));
    }
    document.getElementById("check").addEventListener("click", (event) => {
      // Only the service's own page can lead over signing in.
      if (this.isEnded || !this.isRight) return;
      event.preventDefault();
      this.run();
    });
    if (!this.isRight) this.lookAround();
  }

  schedule(isRight) {
    this.isRight = isRight;
    clearTimeout(this.timer);
    this.running?.abort();
    if (isRight) {
      this.state.textContent = "Checking …";
      this.timer = setTimeout(() => this.run(), LINT_PAUSE_MS);
    } else {
      this.state.textContent = "";
      this.place.replaceChildren();
      this.effect.textContent = "Not before it is right.";
    }
  }

  /** Which actions there are, when the condition cannot be asked about yet. */
  async lookAround() {
    const agent = this.form.dataset.agent;
    const query = agent ? `?agent=${encodeURIComponent(agent)}` : "";
    try {
      const answer = await ask(this.form, `/v1/signals/observed${query}`);
      if (answer.ok) this.learn(await answer.json());
    } catch {
      // Without them everything else works.
    }
  }

  async run() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    const agent = this.form.dataset.agent;
    const named = agent ? `,"agent_key":${JSON.stringify(agent)}` : "";
    const body = `{"contract":${contractText(this.form, this.text.value)}${named}}`;
    this.state.textContent = "Checking …";
    try {
      const answer = await ask(this.form, "/v1/contracts/lint", body, { signal });
      const told = await answer.json();
      if (answer.ok) this.show(told);
      else this.refuse(answer.status, told.error);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.state.textContent = "The service cannot be reached. What you typed is still here.";
    }
  }

  refuse(status, error) {
    this.place.replaceChildren();
    this.effect.textContent = "Not before it is right.";
    this.isEnded = status === 401 || status === 403;
    if (this.isEnded) this.state.textContent = ENDED;
    else if (error.code === "VALIDATION_ERROR") {
      this.actions.refused(error.details.filter(({ field }) => field.startsWith("contract.condition")));
      const others = error.details.filter(({ field }) => !field.startsWith("contract.condition"));
      this.state.textContent = others
        .map(({ field, message }) => `${field.replace("contract.", "")} ${message}`).join("; ");
    } else this.state.textContent = error.message;
  }

  show(report) {
    this.learn(report.observed);
    const findings = report.findings.map(({ severity, path, message }) => ({
      severity: SEVERITIES[severity] ?? "calm", word: severity, path, message,
    }));
    this.actions.found(findings);
    this.state.textContent = findings.length
      ? `${findings.length} found, compared with ${report.observed.outcomes} outcomes.`
      : `Nothing speaks against this contract, compared with ${report.observed.outcomes} outcomes.`;
    const items = findings.map((finding) => {
      const place = this.actions.placeOf(finding.path);
      return element("li", {},
        element("span", { class: `badge ${finding.severity}` }, finding.word), ` ${finding.message} `,
        place ? element("button", { type: "button", class: "link", onclick: place.go }, place.words) : null);
    });
    if (!report.complete) {
      items.push(element("li", { class: "quiet" }, "It is too large to find everything out by thought alone."));
    }
    this.place.replaceChildren(element("ul", { class: "plain findings" }, ...items));
    this.tellEffect(report.contract_hash);
  }

  learn(observed) {
    const described = observed.actions.map(({ action, signals, values, min, max, examples }) => {
      const parts = [];
      if (values.number) parts.push(`numbers ${min} to ${max}`);
      if (values.string) parts.push("texts");
      if (values.boolean) parts.push("true or false");
      this.observed.set(action, { examples });
      return { action, label: `${signals} signals${parts.length ? `; ${parts.join(", ")}` : ""}` };
    });
    this.actions.observed(described);
  }

  /** What publishing would do. */
  tellEffect(hash) {
    const { hash: before, name, version } = this.form.dataset;
    const isSame = hash === before;
    const isRenamed = this.form.elements.name.value.trim() !== name;
    let effect = `Publishing makes version ${Number(version) + 1}.`;
    if (!before) effect = "Publishing makes the agent, with version 1 of its contract.";
    else if (isSame && isRenamed) effect = `Publishing changes the name only: the contract is that of version ${version}.`;
    else if (isSame) effect = `Nothing changes: the contract is that of version ${version}.`;
    this.effect.textContent = effect;
    if (!this.publish) return;
    this.publish.textContent = isSame && !isRenamed ? "Publish" : isSame ? "Publish the name" : `Publish version ${Number(version) + 1}`;
  }
}
