// SPDX-License-Identifier: Apache-2.0
// The condition builder: a tree in step with the text beside it, which alone is sent. Without this
// script the text is all there is, and works.
import { JSONProblem, lineOf, parseJSON } from "./json.js";
import * as condition from "./condition.js";
import { element, TreeView } from "./builder-tree.js";
import { Linter } from "./builder-lint.js";
import { startTryOut } from "./builder-try.js";

const HISTORY_LIMIT = 200;
const TYPING_PAUSE_MS = 900;
const TEXT_PAUSE_MS = 150;

const form = document.getElementById("agent-form");
const text = document.getElementById("condition");
const problemList = document.getElementById("condition-problems");
const place = document.getElementById("builder");

const canvas = element("div", { class: "canvas" });
const live = element("p", { class: "hidden", role: "status", "aria-live": "polite" });
const counts = element("span", { class: "quiet counts" });
const stale = element("p", { class: "alert wait", hidden: true });
const facts = element("datalist", { id: "builder-facts" });
const values = element("datalist", { id: "builder-values" });
const undoButton = element("button", { type: "button", onclick: () => travel(-1) }, "Undo");
const redoButton = element("button", { type: "button", onclick: () => travel(1) }, "Redo");

// What nobody has typed into yet is not called wrong.
const blank = form.dataset.agent || problemList.children.length ? null : text.value;

let tree = null;
let past = [];
let now = -1;
let lastTyped = null;
let lintNotes = new Map();
let serverNotes = [...problemList.querySelectorAll("[data-field]")].map((item) => ({
  field: item.dataset.field,
  message: item.textContent,
}));

const view = new TreeView(canvas, {
  edit, hint,
  step: (id, where) => change((draft) => condition.step(draft, id, where), id, `moved ${where}`),
  move: (id, target, index) => change((draft) => condition.move(draft, id, target, index), id, "moved"),
  remove, add, wrap,
  copy: (id) => {
    const made = condition.copy(condition.locate(tree, id).node);
    change((draft) => {
      const { parent, index } = condition.locate(draft, id);
      return condition.insert(draft, made, parent.id, index + 1);
    }, made.id, "duplicated");
  },
});

// What is said

function announce(sentence) {
  live.textContent = "";
  // A live region tells the same words again only when they were gone in between.
  requestAnimationFrame(() => { live.textContent = sentence; });
}

function whereIs(id) {
  const { parent, index } = condition.locate(tree, id);
  if (!parent) return "";
  return `, now ${index + 1} of ${parent.children.length} in: ${condition.GROUPS.get(parent.kind).toLowerCase()}`;
}

function notes() {
  const all = new Map();
  const add = (id, severity, message, isWrong) => {
    if (!all.has(id)) all.set(id, []);
    all.get(id).push({ severity, message, isWrong });
  };
  const problems = text.value === blank ? [] : condition.problemsOf(tree);
  for (const problem of problems) add(problem.id, "bad", problem.message, true);
  if (!all.size) {
    for (const { field, message } of serverNotes) {
      const id = nodeOf(field);
      if (id) add(id, "bad", message, true);
    }
    for (const [id, found] of lintNotes) for (const note of found) add(id, note.severity, note.message, false);
  }
  return all;
}

/** The node that a path of the service's is about, such as `contract.condition.all[1].value`. */
function nodeOf(field) {
  const path = field.replace(/^(contract\.)?condition/, "");
  let found = null;
  condition.walk(tree, (node) => {
    const isPart = path === node.field || (path.startsWith(node.field) && /[.[]/.test(path[node.field.length]));
    if (isPart && (!found || node.field.length >= found.field.length)) found = node;
  });
  return found?.id;
}

function showNotes() {
  const said = notes();
  view.annotate(said);
  const items = [];
  condition.walk(tree, (node) => {
    for (const note of said.get(node.id) ?? []) {
      if (note.isWrong) items.push(problemItem(node.at, node.end, note.message, node.id));
    }
  });
  showProblems(items);
  counts.textContent = `${condition.leaves(tree)} of ${condition.LEAF_LIMIT} questions, `
    + `${condition.height(tree)} of ${condition.DEPTH_LIMIT} levels`;
}

function problemItem(at, end, message, id = null) {
  const { line, character } = lineOf(text.value, at);
  const go = () => {
    text.focus();
    text.setSelectionRange(at, Math.max(end, at));
    if (id) view.rows.get(id)?.scrollIntoView({ block: "nearest" });
  };
  return element("li", { class: "wrong" },
    element("button", { type: "button", class: "link", onclick: go }, `Line ${line}, character ${character}`),
    ` ${message}`);
}

function showProblems(items) {
  problemList.replaceChildren(...items);
  if (items.length) text.setAttribute("aria-invalid", "true");
  else text.removeAttribute("aria-invalid");
}

// History

function remember(isTyping = null) {
  const entry = { tree: structuredClone(tree), text: text.value };
  const isSame = isTyping && lastTyped?.what === isTyping && Date.now() - lastTyped.at < TYPING_PAUSE_MS;
  lastTyped = isTyping ? { what: isTyping, at: Date.now() } : null;
  if (isSame) past[now] = entry;
  else {
    past = past.slice(0, now + 1).concat(entry).slice(-HISTORY_LIMIT);
    now = past.length - 1;
  }
  showHistory();
}

function showHistory() {
  undoButton.disabled = now <= 0;
  redoButton.disabled = now >= past.length - 1;
}

function travel(by) {
  const entry = past[now + by];
  if (!entry) return;
  now += by;
  lastTyped = null;
  tree = structuredClone(entry.tree);
  text.value = entry.text;
  refresh();
  showHistory();
  announce(by < 0 ? "Undone." : "Done again.");
}

function refresh() {
  stale.hidden = true;
  view.draw(tree);
  touched();
}

/** Something is otherwise than it was: what was found out about it does not hold any more. */
function touched() {
  lintNotes = new Map();
  serverNotes = [];
  showNotes();
  linter.schedule(isRight());
}

function isRight() {
  return stale.hidden && tree !== null && condition.problemsOf(tree).length === 0;
}

// Changing the tree

/** Changes a copy of the tree; when that cannot be done the reason is told and nothing has changed. */
function change(act, id, done) {
  const draft = structuredClone(tree);
  const refusal = act(draft);
  if (refusal) {
    announce(refusal);
    return false;
  }
  const part = view.focused()?.part;
  tree = draft;
  text.value = condition.writeCondition(tree);
  refresh();
  remember();
  if (id) {
    view.focus(id, part ?? "handle");
    announce(`${condition.words(condition.locate(tree, id).node)}: ${done}${whereIs(id)}.`);
  }
  return true;
}

function edit(id, fields, isTyping) {
  const { node } = condition.locate(tree, id);
  Object.assign(node, fields);
  if (fields.value !== undefined) node.hasValue = true;
  const takes = condition.OPERATORS.get(node.operator)?.takes;
  if (fields.operator !== undefined) {
    if (takes === "count" || takes === "number") node.type = "number";
    if (takes !== "nothing") node.hasValue = true;
  }
  if (node.type === "boolean" && takes === "value" && !["true", "false"].includes(node.value)) node.value = "true";
  // What is typed into a field for numbers is one as soon as it can be.
  if (takes === "count" || takes === "number") node.type = "number";
  text.value = condition.writeCondition(tree);
  stale.hidden = true;
  if (isTyping) touched();
  else refresh();
  remember(isTyping ? `${id} ${Object.keys(fields)}` : null);
}

function add(groupID, kind) {
  const made = kind === "leaf" ? condition.leaf() : condition.group(kind, [condition.leaf()]);
  const first = kind === "leaf" ? made : made.children[0];
  const last = condition.locate(tree, groupID).node.children.length;
  if (change((draft) => condition.insert(draft, made, groupID, last), made.id, "added")) {
    view.focus(first.id, "fact");
  }
}

function wrap(id) {
  const made = condition.group("all");
  change((draft) => {
    const { node, parent, index, depth } = condition.locate(draft, id);
    if (depth + condition.height(node) > condition.DEPTH_LIMIT) return `No deeper than ${condition.DEPTH_LIMIT} levels.`;
    made.children = [node];
    if (parent) parent.children[index] = made;
    else {
      Object.assign(draft, structuredClone(made));
      for (const name of ["fact", "operator", "type", "value", "hasValue"]) delete draft[name];
    }
    return null;
  }, made.id, "put around it");
}

function remove(id) {
  const { node, parent, index } = condition.locate(tree, id);
  if (!parent) return;
  const next = parent.children[index + 1] ?? parent.children[index - 1] ?? parent;
  const said = condition.words(node);
  if (change((draft) => condition.remove(draft, id), null)) {
    view.focus(next.id);
    announce(`Deleted: ${said}. Undo brings it back.`);
  }
}

function hint(id) {
  const { node } = condition.locate(tree, id);
  const seen = linter.observed.get(node.fact);
  values.replaceChildren(...(seen?.examples ?? []).map((example) => element("option", { value: example })));
}

// The text

let waiting = null;
text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(readText, TEXT_PAUSE_MS);
});

function readText() {
  let read;
  try {
    read = condition.readCondition(parseJSON(text.value));
  } catch (problem) {
    if (!(problem instanceof JSONProblem)) throw problem;
    read = { tree: null, problems: [{ at: problem.at, end: problem.at + 1, message: problem.message }] };
  }
  if (read.tree) {
    tree = read.tree;
    refresh();
    remember("text");
    return true;
  }
  showProblems(read.problems.map(({ at, end, message }) => problemItem(at, end, message)));
  stale.hidden = tree === null;
  linter.schedule(false);
  return false;
}

// Starting

const linter = new Linter(form, text, {
  found: (findings) => {
    const ids = condition.pointers(tree);
    lintNotes = new Map();
    for (const finding of findings) {
      const id = ids.get(finding.path);
      if (!id) continue;
      lintNotes.set(id, (lintNotes.get(id) ?? []).concat(finding));
    }
    showNotes();
  },
  refused: (details) => {
    serverNotes = details;
    showNotes();
  },
  observed: (actions) => {
    facts.replaceChildren(...actions.map(({ action, label }) => element("option", { value: action, label })));
  },
  placeOf: (pointer) => {
    const id = condition.pointers(tree).get(pointer);
    return id ? { words: condition.words(condition.locate(tree, id).node), go: () => view.focus(id) } : null;
  },
});

function start() {
  stale.append("The tree shows the last text that could be read. To change the tree now replaces the text.");
  place.append(
    element("div", { class: "label" }, "Condition"),
    element("p", { class: "hidden", id: "builder-keys" },
      "Arrow up and down move it, arrow right moves it into the group before, arrow left out of its group, "
        + "Delete deletes it."),
    element("div", { class: "builder-bar" }, undoButton, redoButton, counts),
    stale, canvas, live, facts, values,
  );
  place.addEventListener("keydown", (event) => {
    const isText = event.target.matches("input");
    if (isText || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z") travel(event.shiftKey ? 1 : -1);
    else if (key === "y") travel(1);
    else return;
    event.preventDefault();
  });
  place.hidden = false;
  const kept = serverNotes;
  if (readText()) {
    serverNotes = kept;
    showNotes();
  } else if (tree === null) {
    // There is something to draw on, but the text stays as it was typed.
    tree = condition.group("all", [condition.leaf()]);
    view.draw(tree);
    stale.hidden = false;
    past = [{ tree: structuredClone(tree), text: text.value }];
    now = 0;
  }
  showHistory();
  linter.watch();
  startTryOut(form, text, () => isRight());
}

start();
