# SPDX-License-Identifier: Apache-2.0
"""What `explain` has to say, by the oracle's own rules; shares no server code."""
from dataclasses import replace

from model_conditions import leaf_holds, plain
from model_outcome import Outcome


def explanation_faults(explained, outcome):
    """What is wrong with an explanation of an outcome the oracle knows; empty when nothing is."""
    faults = []
    holds = node_holds(explained["condition"], outcome, faults)
    if holds != outcome.truth:
        faults.append(f"the condition is {outcome.truth}")
    if len(outcome.applied) != explained["signal_count"]:
        faults.append(f"{len(outcome.applied)} signals were applied")
    attribution = explained["attribution"]
    expected = (plain(outcome.quantity()), plain(outcome.amount()))
    if (attribution["quantity"], attribution["amount"]) != expected:
        faults.append(f"quantity and amount are {expected}")
    found = explained["counterfactual"]
    if found is not None:
        ended = ended_with(outcome, found["changes"])
        if ended != found["state"] or (ended == "CONFIRMED") == outcome.truth:
            faults.append(f"{found['text']!r} comes to {ended}")
    return faults


def node_holds(node, outcome, faults):
    """SPEC 5: the truth of a node, and the signal that decided a leaf."""
    if "fact" in node:
        of_action = [s for s in outcome.applied if s.action == node["fact"]]
        reads_count = node["operator"] in ("seen", "not_seen") or "count" in node["operator"]
        deciders = [s for s in of_action if reads_count or s.value is not None]
        holds = leaf_holds(node, of_action)
        decided_by = node["decided_by"] and node["decided_by"]["event_id"]
        if decided_by != (deciders[-1].event_id if deciders else None):
            faults.append(f"{node} is decided by another signal")
        if node["count"] != len(of_action):
            faults.append(f"{node} counts {len(of_action)}")
    else:
        children = [node_holds(child, outcome, faults) for child in node["conditions"]]
        holds = {"all": all, "any": any, "not": lambda only: not only[0]}[node["op"]](children)
    if holds != node["holds"]:
        faults.append(f"{node} is {holds}")
    return holds


def ended_with(outcome, changes):
    """The final state of an outcome whose signals are changed as told."""
    signals, last, end = [*outcome.applied], outcome.applied[-1], outcome.settles_at
    for change in sorted(changes, key=lambda change: change["change"] == "added"):
        at = [n for n, signal in enumerate(signals) if signal.action == change["fact"]]
        if change["change"] == "value":
            valued = [n for n in at if signals[n].value is not None][-1]
            signals[valued] = replace(signals[valued], value=change["value"]["example"])
        elif change["change"] == "absent":
            gone = at[-change["count"]:]
            signals = [signal for n, signal in enumerate(signals) if n not in gone]
        else:
            room = last.received_at < end
            added = replace(last, action=change["fact"], value=None, attribution=None,
                            settles_at=end if room else None)
            value = change["value"] and change["value"]["example"]
            added = [added] * (change["count"] - 1) + [replace(added, value=value)]
            place = len(signals) if room else len(signals) - 1
            signals[place:place] = added
    again = Outcome(signals[0].received_at, outcome.agent, outcome.inferred, outcome.customer,
                    outcome.contract, outcome.price, outcome.currency)
    for signal in signals:
        again.judge(replace(signal))
    return again.state(again.settles_at)
