// SPDX-License-Identifier: Apache-2.0
// Draws a condition as a tree of controls. It changes nothing by itself: what somebody does is handed
// on, and the tree is drawn again. All text of clients goes in as text, never as markup.
import { GROUPS, OPERATORS, words } from "./condition.js";

const STEPS = [
  ["up", "↑", "Move up"],
  ["down", "↓", "Move down"],
  ["in", "→", "Move into the group before"],
  ["out", "←", "Move out of the group"],
];
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

/** An element with attributes, handlers (on...) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export class TreeView {
  /** `actions`: edit(id, change, isTyping), step, move, add, copy, wrap, remove, hint(fact). */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.notes = new Map();
    this.dragged = null;
  }

  draw(tree) {
    const kept = this.focused();
    this.rows = new Map();
    this.root.replaceChildren(this.list([tree], null));
    this.annotate(this.notes);
    if (kept) this.focus(kept.id, kept.part);
  }

  /** What was said about nodes: id to [{severity, message}]. */
  annotate(notes) {
    this.notes = notes;
    for (const [id, row] of this.rows) {
      const said = notes.get(id) ?? [];
      const place = row.querySelector(".notes");
      place.replaceChildren(
        ...said.map((note) => element("span", { class: `badge ${note.severity}` }, note.message)),
      );
      row.classList.toggle("wrong", said.some((note) => note.isWrong));
      for (const control of row.querySelectorAll(".fact, .operator, .value")) {
        if (said.some((note) => note.isWrong)) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      }
    }
  }

  focused() {
    const active = document.activeElement;
    const row = active?.closest?.(".row");
    if (!row || !this.root.contains(row)) return null;
    return { id: Number(row.dataset.id), part: active.dataset.part };
  }

  focus(id, part = "handle") {
    const row = this.rows.get(id);
    (row?.querySelector(`[data-part="${part}"]`) ?? row?.querySelector("[data-part]"))?.focus();
  }

  // Drawing

  list(nodes, parent) {
    return element(
      "ul",
      parent ? { "aria-label": `${GROUPS.get(parent.kind)}` } : { class: "root" },
      ...nodes.map((node, index) => this.item(node, parent, index)),
    );
  }

  item(node, parent, index) {
    const row = this.row(node, parent, index);
    const isGroup = node.kind !== "leaf";
    return element(
      "li",
      { class: node.kind },
      row,
      isGroup ? this.list(node.children, node) : null,
      isGroup ? this.adders(node) : null,
    );
  }

  row(node, parent, index) {
    const row = element("div", { class: "row", "data-id": node.id });
    this.rows.set(node.id, row);
    const said = words(node);
    if (parent) row.append(this.handle(node, said));
    row.append(node.kind === "leaf" ? this.question(node) : this.kind(node));
    row.append(this.tools(node, parent, said), element("span", { class: "notes", id: `notes-${node.id}` }));
    this.takeDrops(row, node, parent, index);
    return row;
  }

  handle(node, said) {
    return element("button", {
      type: "button",
      class: "handle",
      draggable: "true",
      "data-part": "handle",
      "aria-label": `Move: ${said}`,
      "aria-describedby": "builder-keys",
      title: "Drag, or use the arrow keys",
      onkeydown: (event) => {
        const where = ARROWS[event.key];
        if (where && !event.ctrlKey && !event.metaKey) this.actions.step(node.id, where);
        else if (event.key === "Delete") this.actions.remove(node.id);
        else return;
        event.preventDefault();
      },
      ondragstart: (event) => {
        this.dragged = node.id;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", said);
        this.root.classList.add("dragging");
      },
      ondragend: () => this.endDrag(),
    }, "⠿");
  }

  kind(node) {
    const change = (event) => this.actions.edit(node.id, { kind: event.target.value }, false);
    return element(
      "select",
      { class: "kind", "data-part": "kind", "aria-label": "How many have to hold", onchange: change },
      ...[...GROUPS].map(([kind, title]) => element("option", { value: kind, selected: kind === node.kind }, title)),
    );
  }

  question(node) {
    const parts = element("span", { class: "question" });
    const type = (name) => (event) => this.actions.edit(node.id, { [name]: event.target.value }, true);
    parts.append(element("input", {
      class: "fact",
      "data-part": "fact",
      "aria-label": "Action",
      "aria-describedby": `notes-${node.id}`,
      list: "builder-facts",
      placeholder: "action",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      value: node.fact,
      oninput: type("fact"),
    }));
    const known = OPERATORS.has(node.operator);
    parts.append(element(
      "select",
      {
        class: "operator",
        "data-part": "operator",
        "aria-label": "Operator",
        onchange: (event) => this.actions.edit(node.id, { operator: event.target.value }, false),
      },
      known ? null : element("option", { value: node.operator, selected: true }, node.operator || "choose"),
      ...[...OPERATORS].map(([name, { words: said }]) => element(
        "option", { value: name, selected: name === node.operator }, said,
      )),
    ));
    const takes = OPERATORS.get(node.operator)?.takes ?? "nothing";
    if (takes === "value") parts.append(this.types(node));
    if (takes === "value" && node.type === "boolean") parts.append(this.truth(node));
    else if (takes !== "nothing") {
      const isText = takes === "value" && node.type === "string";
      parts.append(element("input", {
        class: "value",
        "data-part": "value",
        "aria-label": isText ? "Text" : "Number",
        "aria-describedby": `notes-${node.id}`,
        list: isText ? "builder-values" : undefined,
        inputmode: isText ? undefined : takes === "count" ? "numeric" : "decimal",
        placeholder: isText ? "text" : "number",
        autocomplete: "off",
        spellcheck: "false",
        value: node.value,
        oninput: type("value"),
        onfocus: () => this.actions.hint(node.id),
      }));
    }
    return parts;
  }

  types(node) {
    return element(
      "select",
      {
        class: "type",
        "data-part": "type",
        "aria-label": "Type of the value",
        onchange: (event) => this.actions.edit(node.id, { type: event.target.value }, false),
      },
      ...[["string", "text"], ["number", "number"], ["boolean", "true or false"]].map(([type, title]) => element(
        "option", { value: type, selected: type === node.type }, title,
      )),
    );
  }

  truth(node) {
    return element(
      "select",
      {
        class: "value",
        "data-part": "value",
        "aria-label": "Value",
        onchange: (event) => this.actions.edit(node.id, { value: event.target.value }, false),
      },
      ...["true", "false"].map((word) => element("option", { value: word, selected: word === node.value }, word)),
    );
  }

  tools(node, parent, said) {
    const button = (part, mark, title, act) => element(
      "button",
      { type: "button", "data-part": part, "aria-label": `${title}: ${said}`, title, onclick: act },
      mark,
    );
    const tools = element("span", { class: "tools" });
    if (parent) {
      for (const [where, mark, title] of STEPS) {
        tools.append(button(where, mark, title, () => this.actions.step(node.id, where)));
      }
    }
    tools.append(button("wrap", "( )", "Put into a group of its own", () => this.actions.wrap(node.id)));
    if (parent) {
      tools.append(button("copy", "⧉", "Duplicate", () => this.actions.copy(node.id)));
      tools.append(button("remove", "✕", "Delete", () => this.actions.remove(node.id)));
    }
    return tools;
  }

  adders(node) {
    const title = GROUPS.get(node.kind).toLowerCase();
    const add = (kind, label) => element("button", {
      type: "button",
      class: "add",
      "aria-label": `${label} to: ${title}`,
      onclick: () => this.actions.add(node.id, kind),
    }, `+ ${label}`);
    return element("div", { class: "adders" }, add("leaf", "Question"), add("any", "Group"));
  }

  // Dragging

  endDrag() {
    this.dragged = null;
    this.root.classList.remove("dragging");
    for (const row of this.root.querySelectorAll(".drop-before, .drop-after, .drop-in")) {
      row.classList.remove("drop-before", "drop-after", "drop-in");
    }
  }

  /** Where on a row something would land: its upper part is before it, its lower part after or in it. */
  landing(event, row, node, parent) {
    const box = row.getBoundingClientRect();
    const part = (event.clientY - box.top) / box.height;
    if (!parent) return "in";
    if (part < 0.4) return "before";
    return node.kind === "leaf" ? "after" : "in";
  }

  takeDrops(row, node, parent, index) {
    const marks = ["before", "after", "in"].map((where) => `drop-${where}`);
    row.addEventListener("dragover", (event) => {
      if (this.dragged === null || (!parent && node.kind === "leaf")) return;
      event.preventDefault();
      row.classList.remove(...marks);
      row.classList.add(`drop-${this.landing(event, row, node, parent)}`);
    });
    row.addEventListener("dragleave", () => row.classList.remove(...marks));
    row.addEventListener("drop", (event) => {
      if (this.dragged === null || (!parent && node.kind === "leaf")) return;
      event.preventDefault();
      const where = this.landing(event, row, node, parent);
      const id = this.dragged;
      this.endDrag();
      if (where === "in") this.actions.move(id, node.id, 0);
      else this.actions.move(id, parent.id, where === "before" ? index : index + 1);
    });
  }
}
