# SPDX-License-Identifier: Apache-2.0
"""The values of SPEC 2 and the conditions of SPEC 5, for `model_oracle`; shares no server code."""
import operator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

SECOND = 1_000_000  # SPEC 2, Values: instants are whole microseconds since 1970
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
COMPARE = {"gte": operator.ge, "lte": operator.le, "gt": operator.gt, "lt": operator.lt,
           "eq": operator.eq}


def micros(text):
    """SPEC 2, Values: finer digits are cut, which `fromisoformat` does."""
    if text is None:
        return None
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def answered(moment):
    """SPEC 2, Values: six fraction digits and `Z`."""
    if moment is None:
        return None
    return (EPOCH + timedelta(microseconds=moment)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(number):
    """SPEC 2, Values: decimals are plain, without trailing zeros."""
    text = format(number, "f") if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def typed(value):
    """SPEC 3, Idempotency and SPEC 5, `match`: equal by JSON type, decimals by value."""
    if isinstance(value, dict):
        return "object", {name: typed(member) for name, member in value.items()}
    if isinstance(value, list):
        return "array", [typed(item) for item in value]
    if isinstance(value, float):
        raise TypeError("parse JSON numbers as Decimal: a float is not exact")
    return ("number", Decimal(value)) if is_number(value) else (type(value).__name__, value)


def holds(node, applied):
    """SPEC 5: the truth of a condition, in any of its spellings, over the applied signals."""
    if isinstance(node, list):  # a list: all of them; the empty one is true
        return all(holds(child, applied) for child in node)
    if "fact" in node:
        return leaf_holds(node, [signal for signal in applied if signal.action == node["fact"]])
    if "op" in node:
        children = [holds(child, applied) for child in node["conditions"]]
        return {"AND": all, "OR": any, "NOT": lambda only: not only[0]}[node["op"]](children)
    if "not" in node:
        return not holds(node["not"], applied)
    ((name, children),) = node.items()
    return {"all": all, "any": any}[name](holds(child, applied) for child in children)


def leaf_holds(leaf, of_action):
    """SPEC 5, the table of operators, over the applied signals of the leaf's action."""
    name, operand = leaf["operator"].replace("not ", "not_", 1), leaf.get("value")
    if name in ("seen", "not_seen"):
        return bool(of_action) == (name == "seen")
    if name.startswith("count_"):
        return COMPARE[name.removeprefix("count_")](len(of_action), operand)
    # "Latest value": of the last applied signal of that action that carries one.
    latest = next((s.value for s in reversed(of_action) if s.value is not None), None)
    if name == "match":
        return typed(latest) == typed(operand)  # an operand is never null
    compares = is_number(latest) and COMPARE[name.removeprefix("not_")](latest, operand)
    return compares != name.startswith("not_")  # exactly the opposite: true without a value


def mentions(node, action):
    """SPEC 4, Which agent: whether a leaf anywhere in the condition names the action."""
    if isinstance(node, dict) and "fact" in node:
        return node["fact"] == action
    children = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
    return any(mentions(child, action) for child in children)
