// SPDX-License-Identifier: Apache-2.0
// Reads JSON as the service does: exact numbers, no name twice, and a place for whatever is wrong.
// Numbers stay text, since a binary float would change them.

const DEPTH_LIMIT = 64;
const DIGITS_EACH_SIDE = 18;
const DIGITS_IN_ALL = 34;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

export class JSONProblem extends Error {
  constructor(message, at) {
    super(message);
    this.at = at;
  }
}

/** A number as the service keeps it: plain, without zeros at its end; null when it has too many digits. */
export function plainNumber(text) {
  const parts = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (!parts) return null;
  const [, sign, whole, fraction = "", exponent = "0"] = parts;
  let digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return "0";
  if (exponent.length > 6) return null;
  // The value is digits times ten to the power of -places.
  let places = fraction.length - Number(exponent);
  const zeros = /0*$/.exec(digits)[0].length;
  digits = digits.slice(0, digits.length - zeros);
  places -= zeros;
  if (digits.length > DIGITS_IN_ALL || places > DIGITS_EACH_SIDE) return null;
  if (digits.length - places > DIGITS_EACH_SIDE) return null;
  if (places <= 0) return sign + digits + "0".repeat(-places);
  const padded = digits.padStart(places + 1, "0");
  return `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** Reads a whole text into {type, at, end, ...}; throws a JSONProblem. */
export function parseJSON(text) {
  let place = 0;

  function fail(message, at = place) {
    throw new JSONProblem(message, at);
  }
  function space() {
    SPACE.lastIndex = place;
    SPACE.exec(text);
    place = SPACE.lastIndex;
  }
  function take(mark) {
    space();
    if (text[place] !== mark) return false;
    place += 1;
    return true;
  }
  function string() {
    const start = place;
    let value = "";
    place += 1;
    for (;;) {
      const mark = text[place];
      if (mark === undefined) fail("The text ends inside a string.", start);
      if (mark < " ") fail("A line break or control character stands inside a string.");
      place += 1;
      if (mark === '"') break;
      if (mark !== "\\") {
        value += mark;
        continue;
      }
      const escape = text[place];
      place += 1;
      if (escape === "u") {
        const code = text.slice(place, place + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(code)) fail("An escape \\u needs four digits.", place - 2);
        value += String.fromCharCode(parseInt(code, 16));
        place += 4;
      } else if (Object.hasOwn(ESCAPES, escape ?? "")) {
        value += ESCAPES[escape];
      } else {
        fail("There is no such escape.", place - 2);
      }
    }
    if (value.includes("\0")) fail("A NUL character is not taken.", start);
    if (!value.isWellFormed()) fail("Half of a character stands alone.", start);
    return value;
  }
  function list(depth) {
    const items = [];
    place += 1;
    if (take("]")) return items;
    do {
      items.push(value(depth + 1));
    } while (take(","));
    if (!take("]")) fail("A comma or ] is missing here.");
    return items;
  }
  function object(depth) {
    const members = new Map();
    place += 1;
    if (take("}")) return members;
    do {
      space();
      const at = place;
      if (text[place] !== '"') fail("A name in quotation marks is missing here.");
      const name = string();
      if (members.has(name)) fail(`${JSON.stringify(name)} is given more than once.`, at);
      if (!take(":")) fail("A colon is missing here.");
      members.set(name, value(depth + 1));
    } while (take(","));
    if (!take("}")) fail("A comma or } is missing here.");
    return members;
  }
  function value(depth) {
    space();
    const at = place;
    const mark = text[place];
    if (mark === undefined) fail("The text ends too early.");
    if (depth > DEPTH_LIMIT) fail("This is nested too deep.");
    if (mark === "{") return { type: "object", members: object(depth), at, end: place };
    if (mark === "[") return { type: "list", items: list(depth), at, end: place };
    if (mark === '"') return { type: "string", value: string(), at, end: place };
    for (const [word, type] of [["true", "boolean"], ["false", "boolean"], ["null", "null"]]) {
      if (!text.startsWith(word, place)) continue;
      place += word.length;
      return { type, value: word, at, end: place };
    }
    NUMBER.lastIndex = place;
    const found = NUMBER.exec(text);
    if (!found) fail("A value is missing here, or it is not JSON.");
    place = NUMBER.lastIndex;
    const number = plainNumber(found[0]);
    if (number === null) fail("A number has at most 18 digits before and after the point, 34 in all.", at);
    return { type: "number", value: number, at, end: place };
  }

  const whole = value(1);
  space();
  if (place < text.length) fail("Something follows after the end.");
  return whole;
}

/** The line and the character of a place, both from 1. */
export function lineOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, character: before.at(-1).length + 1 };
}
