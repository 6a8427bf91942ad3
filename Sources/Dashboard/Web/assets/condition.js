// SPDX-License-Identifier: Apache-2.0
// A condition as a tree that can be edited: read from any spelling of JSON that the service takes,
// written in the canonical one, moved about, and checked by the same rules.
import { plainNumber } from "./json.js";

export const DEPTH_LIMIT = 16;
export const LEAF_LIMIT = 256;

/** Operators with what they take as value, and how they are said. */
export const OPERATORS = new Map([
  ["seen", { takes: "nothing", words: "was seen" }],
  ["not_seen", { takes: "nothing", words: "was never seen" }],
  ["count_gte", { takes: "count", words: "was seen at least … times" }],
  ["count_lte", { takes: "count", words: "was seen at most … times" }],
  ["count_gt", { takes: "count", words: "was seen more than … times" }],
  ["count_lt", { takes: "count", words: "was seen fewer than … times" }],
  ["count_eq", { takes: "count", words: "was seen exactly … times" }],
  ["match", { takes: "value", words: "last said exactly" }],
  ["gte", { takes: "number", words: "last said a number of at least" }],
  ["lte", { takes: "number", words: "last said a number of at most" }],
  ["gt", { takes: "number", words: "last said a number above" }],
  ["lt", { takes: "number", words: "last said a number below" }],
  ["not_gte", { takes: "number", words: "did not last say a number of at least" }],
  ["not_lte", { takes: "number", words: "did not last say a number of at most" }],
  ["not_gt", { takes: "number", words: "did not last say a number above" }],
  ["not_lt", { takes: "number", words: "did not last say a number below" }],
]);

export const GROUPS = new Map([
  ["all", "All of these"],
  ["any", "At least one of these"],
  ["not", "Not this"],
]);

let lastID = 0;

export function leaf(fact = "", operator = "seen", type = "string", value = "") {
  return { id: ++lastID, kind: "leaf", fact, operator, type, value, children: [], at: 0, end: 0, field: "" };
}

export function group(kind, children = []) {
  return { id: ++lastID, kind, children, at: 0, end: 0, field: "" };
}

// Reading

const SHAPES = { leaf: ["fact", "operator", "value"], all: ["all"], any: ["any"], not: ["not"], op: ["op", "conditions"] };
const SHAPE_PROBLEM =
  "must be a list or an object with fact and operator, with all, any or not, or with op and conditions";

function given(members, name) {
  const value = members.get(name);
  return value && value.type !== "null" ? value : undefined;
}

function isLater(members, names) {
  return names.some((name) => members.has(name));
}

/**
 * Reads parsed JSON. What can be drawn becomes nodes, even when a rule stands against it; what cannot
 * is a problem of the text: {tree, problems: [{at, end, message}]}, with the tree null in that case.
 */
export function readCondition(json) {
  const problems = [];

  function refuse(value, message) {
    problems.push({ at: value.at, end: value.end, message });
    return null;
  }
  function many(value, kind, field) {
    if (value.type !== "list") return refuse(value, "must be a list");
    const children = value.items.map((item, index) => node(item, `${field}[${index}]`));
    return children.includes(null) ? null : group(kind, children);
  }
  function named(members, value, field) {
    const listed = Object.entries(SHAPES);
    let shapes = listed.filter(([, names]) => names.some((name) => given(members, name)));
    if (!shapes.length) shapes = listed.filter(([, names]) => isLater(members, names));
    if (shapes.length !== 1) return refuse(value, SHAPE_PROBLEM);
    const known = Object.values(SHAPES).flat();
    for (const [name, member] of members) {
      if (!known.includes(name)) refuse(member, `${JSON.stringify(name)} is not a known field`);
    }
    const [shape] = shapes[0];
    const child = (name) => given(members, name) ?? refuse(value, `${name} is required`);
    if (shape === "leaf") return question(members, value);
    if (shape === "not") {
      const only = child("not");
      const inner = only && node(only, `${field}.not`);
      return inner && group("not", [inner]);
    }
    if (shape !== "op") {
      const items = child(shape);
      return items && many(items, shape, `${field}.${shape}`);
    }
    const word = child("op");
    const items = child("conditions");
    if (!word || !items) return null;
    const kind = { AND: "all", OR: "any", NOT: "not" }[word.type === "string" ? word.value : ""];
    if (!kind) return refuse(word, "must be AND, OR or NOT");
    return many(items, kind, `${field}.conditions`);
  }
  function question(members, whole) {
    const fact = given(members, "fact");
    const operator = given(members, "operator");
    const value = given(members, "value");
    if (fact && fact.type !== "string") return refuse(fact, "must be a string of 1 to 255 characters");
    if (operator && operator.type !== "string") return refuse(operator, "must be a string");
    if (value && (value.type === "list" || value.type === "object")) {
      return refuse(value, "must be a string, a number or a boolean");
    }
    let spelled = operator?.value ?? "";
    if (spelled.startsWith("not ")) spelled = `not_${spelled.slice(4)}`;
    const made = leaf(fact?.value ?? "", spelled, value?.type ?? "string", value?.value ?? "");
    made.hasValue = value !== undefined;
    if (OPERATORS.get(spelled)?.takes === "nothing" && value) {
      refuse(value, `is not taken by ${spelled}`);
      return null;
    }
    if (!whole) return null;
    return made;
  }
  function node(value, field) {
    let made = null;
    if (value.type === "list") made = many(value, "all", field);
    else if (value.type === "object") made = named(value.members, value, field);
    else refuse(value, "must be an object or a list");
    if (made) Object.assign(made, { at: value.at, end: value.end, field });
    return made;
  }

  const tree = node(json, "");
  return { tree: problems.length ? null : tree, problems };
}

// Writing

function operand(node) {
  const takes = OPERATORS.get(node.operator)?.takes ?? "value";
  if (takes === "nothing") return null;
  const number = plainNumber(node.value.trim());
  if (takes !== "value") return number ?? JSON.stringify(node.value);
  if (node.type === "number") return number ?? JSON.stringify(node.value);
  if (node.type === "boolean") return node.value === "true" ? "true" : "false";
  return JSON.stringify(node.value);
}

/** Writes a tree, indented; where each node stands is noted in it. */
export function writeCondition(tree) {
  let text = "";

  function line(depth) {
    text += `\n${"  ".repeat(depth)}`;
  }
  function list(children, depth, field) {
    if (!children.length) {
      text += "[]";
      return;
    }
    text += "[";
    children.forEach((child, index) => {
      if (index) text += ",";
      line(depth + 1);
      write(child, depth + 1, `${field}[${index}]`);
    });
    line(depth);
    text += "]";
  }
  function write(node, depth, field) {
    node.at = text.length;
    node.field = field;
    text += "{";
    line(depth + 1);
    if (node.kind === "leaf") {
      text += `"fact": ${JSON.stringify(node.fact)},`;
      line(depth + 1);
      text += `"operator": ${JSON.stringify(node.operator)}`;
      const value = operand(node);
      if (value !== null) {
        text += ",";
        line(depth + 1);
        text += `"value": ${value}`;
      }
    } else if (node.kind === "not" && node.children.length === 1) {
      text += '"not": ';
      write(node.children[0], depth + 1, `${field}.not`);
    } else if (node.kind === "not") {
      // Only this spelling can say how many there are.
      text += '"op": "NOT",';
      line(depth + 1);
      text += '"conditions": ';
      list(node.children, depth + 1, `${field}.conditions`);
    } else {
      text += `"${node.kind}": `;
      list(node.children, depth + 1, `${field}.${node.kind}`);
    }
    line(depth);
    text += "}";
    node.end = text.length;
  }

  write(tree, 0, "");
  return text;
}

// Asking

export function walk(node, visit, parent = null, index = 0, depth = 1) {
  visit(node, parent, index, depth);
  node.children.forEach((child, place) => walk(child, visit, node, place, depth + 1));
}

export function locate(tree, id) {
  let found = null;
  walk(tree, (node, parent, index, depth) => {
    if (node.id === id) found = { node, parent, index, depth };
  });
  return found;
}

export function height(node) {
  return 1 + Math.max(0, ...node.children.map(height));
}

export function leaves(node) {
  if (!node.children.length) return 1;
  return node.children.reduce((sum, child) => sum + leaves(child), 0);
}

export function contains(node, id) {
  return node.id === id || node.children.some((child) => contains(child, id));
}

export function words(node) {
  if (node.kind !== "leaf") return GROUPS.get(node.kind);
  const said = OPERATORS.get(node.operator);
  const asked = said?.words ?? node.operator;
  const fact = node.fact || "no action yet";
  if (said?.takes === "nothing") return `${fact} ${asked}`;
  return asked.includes("…") ? `${fact} ${asked.replace("…", node.value)}` : `${fact} ${asked} ${node.value}`;
}

/** The JSON pointer of each node in the canonical form, to the node's id. */
export function pointers(tree) {
  const found = new Map();
  const go = (node, pointer) => {
    found.set(pointer, node.id);
    node.children.forEach((child, index) => {
      go(child, node.kind === "not" ? `${pointer}/not` : `${pointer}/${node.kind}/${index}`);
    });
  };
  go(tree, "");
  return found;
}

/** What the rules have against a tree, as the service says it: [{id, message}]. */
export function problemsOf(tree) {
  const problems = [];
  walk(tree, (node, parent, index, depth) => {
    const say = (message) => problems.push({ id: node.id, message });
    if (depth === DEPTH_LIMIT + 1) say(`is nested deeper than ${DEPTH_LIMIT} levels`);
    if (node.kind === "not" && node.children.length !== 1) say("must hold exactly one condition");
    if (node.kind === "any" && !node.children.length) say("must hold at least one condition");
    if (node.kind !== "leaf") return;
    const length = [...node.fact].length;
    if (!length) say("needs an action");
    else if (length > 255) say("takes an action of at most 255 characters");
    const takes = OPERATORS.get(node.operator)?.takes;
    if (!takes) say(node.operator ? `does not know the operator ${node.operator}` : "needs an operator");
    const number = plainNumber(node.value.trim());
    const isNumber = number !== null && (takes !== "value" || node.type === "number");
    if (node.hasValue === false && takes && takes !== "nothing") say(`needs a value: ${node.operator} takes one`);
    else if (takes === "count" && !(isNumber && node.type !== "string" && /^[0-9]+$/.test(number))) {
      say("takes a whole number of at least 0");
    } else if (takes === "number" && !(isNumber && node.type === "number")) say("takes a number");
    else if (takes === "value" && node.type === "number" && !isNumber) say("takes a number here");
  });
  const count = leaves(tree);
  if (count > LEAF_LIMIT) problems.push({ id: tree.id, message: `has more than ${LEAF_LIMIT} questions` });
  return problems;
}

// Changing: each answers null when it was done, or why it cannot be.

function put(tree, node, target, index) {
  const place = locate(tree, target.id);
  if (target.kind === "leaf") return "A question holds nothing.";
  if (place.depth + height(node) > DEPTH_LIMIT) return `No deeper than ${DEPTH_LIMIT} levels.`;
  const from = locate(tree, node.id);
  if (from) from.parent.children.splice(from.index, 1);
  target.children.splice(from && from.parent === target && from.index < index ? index - 1 : index, 0, node);
  return null;
}

/** Puts a node of the tree, or another one, before the child `index` of a group. */
export function move(tree, id, targetID, index) {
  const from = locate(tree, id);
  const target = locate(tree, targetID).node;
  if (!from.parent) return "The whole condition stays where it is.";
  if (contains(from.node, targetID)) return "A group cannot go into itself.";
  return put(tree, from.node, target, index);
}

export function insert(tree, node, targetID, index) {
  const target = locate(tree, targetID).node;
  const before = leaves(tree) - (target.children.length ? 0 : 1);
  if (before + leaves(node) > LEAF_LIMIT) return `No more than ${LEAF_LIMIT} questions.`;
  return put(tree, node, target, index);
}

/** One step: up, down, into the group before, or out of its own. */
export function step(tree, id, where) {
  const { node, parent, index } = locate(tree, id);
  if (!parent) return "The whole condition stays where it is.";
  const outer = locate(tree, parent.id);
  const before = parent.children[index - 1];
  switch (where) {
    case "up":
      if (index > 0) return move(tree, id, parent.id, index - 1);
      return outer.parent ? move(tree, id, outer.parent.id, outer.index) : "This is the first already.";
    case "down":
      if (index + 1 < parent.children.length) return move(tree, id, parent.id, index + 2);
      return outer.parent ? move(tree, id, outer.parent.id, outer.index + 1) : "This is the last already.";
    case "in":
      if (!before || before.kind === "leaf") return "There is no group right before this.";
      return move(tree, node.id, before.id, before.children.length);
    default:
      return outer.parent ? move(tree, id, outer.parent.id, outer.index + 1) : "This is outside already.";
  }
}

export function remove(tree, id) {
  const { parent, index } = locate(tree, id);
  if (!parent) return "The whole condition cannot be deleted.";
  parent.children.splice(index, 1);
  return null;
}

/** The same once more, as other nodes. */
export function copy(node) {
  return { ...node, id: ++lastID, children: node.children.map(copy) };
}
