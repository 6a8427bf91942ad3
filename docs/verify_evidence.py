# SPDX-License-Identifier: Apache-2.0
"""Verifies an evidence bundle of Assay without Assay: python3 verify_evidence.py FILE --key VKEY [--key VKEY ...]
Written from docs/adr/0027-evidence-bundles.md and the rules of the domain; it shares no code with what it checks, stops at
the first thing that is wrong, and names the place. It needs Python 3.11 and `cryptography`."""
import argparse, base64, datetime, decimal, fractions, hashlib, json, operator
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
RANK = dict(bundle=0, key=1, checkpoint=2, consistency=3, catalog=4, stream=4, event=4, posting=4, total=5, seal=6)
Fraction, sha256 = fractions.Fraction, hashlib.sha256
READER = json.JSONDecoder(parse_float=decimal.Decimal, parse_int=decimal.Decimal)
RELATION = dict(gte=operator.ge, lte=operator.le, gt=operator.gt, lt=operator.lt, eq=operator.eq)
class Wrong(Exception): """Names a member, and what is wrong with it."""
def need(holds, field, what):
    if not holds: raise Wrong(f"{field} {what}")
def equal(found, **wanted):
    for name, value in wanted.items(): need(found.get(name) == value, name, f"is not {value}")
def vkey(text):
    name, digits, encoded = text.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    key = name, sha256(name.encode() + b"\n" + raw).digest()[:4]
    need(raw[0] == 1 and len(raw) == 33 and key[1].hex() == digits, "vkey", "is none")
    return key, Ed25519PublicKey.from_public_bytes(raw[1:])
def read_note(text, listed, trusted):  # what it says, if each signature fits a listed key, and one of those is trusted
    (body, _, lines), signers = text.rpartition("\n\n"), set()
    need(body and lines.endswith("\n"), "note", "is no signed note")
    for dash, name, encoded in (line.split(" ") for line in lines[:-1].split("\n")):
        raw = base64.b64decode(encoded, validate=True)
        need(dash == "\u2014" and base64.b64encode(raw).decode() == encoded, "note", "is malformed")
        need((key := (name, raw[:4])) in listed, "note", "is signed by a key that the bundle does not list")
        (trusted.get(key) or listed[key]).verify(raw[4:], (body + "\n").encode())  # another key may have the name and id
        _ = need(key not in signers, "note", "is signed twice by one key"), signers.add(key)
    need(signers & trusted.keys(), "note", "is not signed by a trusted key")
    return body + "\n"
def root(index, size, hash, proof):  # of the tree that has this leaf (RFC 9162, 2.1.3.2)
    last = size - 1
    for sibling in (bytes.fromhex(proof[at:at + 64]) for at in range(0, len(proof), 64)):
        right = index & 1 or index == last
        hash = sha256(b"\x01" + (sibling + hash if right else hash + sibling)).digest()
        while right and not index & 1 and index: index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    need(last == 0, "proof", "is of another length")
    return hash
def evaluate(node, tallies, truth, by):  # adds the truth and the decider of a node and of those below it, in preorder
    at, _ = len(truth), (truth.append(None), by.append(None))
    if "fact" in node:
        count, last, value, by[at] = tallies.get(node["fact"], (0, None, None, None))
        name, want = node["operator"].removeprefix("not_"), node.get("value")
        if name == "seen": holds, by[at] = count > 0, last
        elif name.startswith("count_"): holds, by[at] = RELATION[name[6:]](count, want), last
        elif name == "match": holds = type(value) is type(want) and value == want
        else: holds = isinstance(value, decimal.Decimal) and RELATION[name](value, want)
        truth[at] = holds != node["operator"].startswith("not_")
    elif "not" in node:
        holds, by[at] = evaluate(node["not"], tallies, truth, by)
        truth[at] = not holds
    else:  # one false child decides an `all`, one true child an `any`; otherwise the latest of them
        results = [evaluate(child, tallies, truth, by) for child in node.get("all", node.get("any"))]
        alone = [decider for holds, decider in results if holds == ("any" in node)]
        truth[at] = bool(alone) == ("any" in node)
        by[at] = alone[0] if alone else max((decider for _, decider in results if decider), default=None)
    return truth[at], by[at]
def later(time, seconds):
    try: return (datetime.datetime.fromisoformat(time) + datetime.timedelta(0, int(seconds))).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except OverflowError: return "9999-12-31T23:59:59.999999Z"
class Outcome:  # takes fact after fact: each has to be the one that those before it lead to (SPEC 4 and 6)
    phase, redriven, opened, total, resolution, count, record, until = "unopened", None, None, None, None, 0, 0, ""
    def __init__(self): self.parked, self.refused, self.tallies, self.queue = {}, {}, {}, []
    def due(self, time): need(self.phase != "live" or self.settles_at > time, "decision", "lacks a settlement before")
    def rest(self):  # nothing more may have to follow from the record before
        self.due(self.until), need(not self.queue and not self.redriven, "decision", "lacks a signal of the opening before")
    def begin(self, cause, time):
        need(cause["position"] > self.record and time >= self.until, "decision", "is out of order")
        self.record, self.until = cause["position"], time
    def agrees(self, signal):
        return all(signal.get(name, self.terms[name]) == self.terms[name] for name in ("customer_key", "agent_key"))
    def outcome_opened(self, time, cause, body):
        need(self.phase == "unopened" and self.redriven in (None, cause), "decision", "cannot be an opening")
        self.terms, self.phase, self.settles_at, self.cause, self.opened = body, "live", "~", cause, time
        ours = [signal["position"] for signal, _ in self.parked.values() if self.agrees(signal)]
        self.queue, self.redriven = sorted(ours + [cause["position"]] * (not self.redriven)), None
        need(self.queue, "decision", "is an opening without a signal")
    def judged(self, time, cause, signal):  # its turn has come, by itself or among those of an opening
        own = (cause["position"], cause["event_id"]) == (signal["position"], signal["event_id"])
        if self.queue: need(self.queue.pop(0) == signal["position"] and cause == self.cause, "signal", "is not next")
        else: self.rest(), need(own, "cause", "is not the signal")
        if own: self.begin(cause, time)
        self.due(time), need(self.opened in (None, time) and time == signal["received_at"], "time", "is another")
        need(self.parked.pop(signal["event_id"], [signal])[0] == signal, "signal", "is another than before")
        need(self.phase != "settled" or time >= self.settles_at, "decision", "comes after an early settlement")
        self.opened, _ = None, self.refused.pop(signal["event_id"], None)
    def signal_applied(self, time, cause, body):
        signal = body["signal"]
        need(self.phase == "live", "decision", "cannot be: nothing is open")
        self.judged(time, cause, signal), need(self.agrees(signal), "customer_key", "or the agent is another one's")
        self.count, self.cause, contract = self.count + 1, cause, self.terms["contract"]
        count, _, *value = self.tallies.get(signal["action"], (0, None, None, None))
        if "value" in signal: value = (signal["value"], self.count)
        self.tallies[signal["action"]] = (count + 1, self.count, *value)
        if "attribution" in signal:
            new = Fraction(signal["attribution"])
            every = [new] if self.total is None else [self.total, new]
            totals = dict(first=every[0], last=new, min=min(every), max=max(every), sum=sum(every))
            self.total = totals[contract["attribution_method"]]
        self.resolution = "CONFIRMED" if self.proof(body) else self.resolution and "FAILED"
        self.settles_at = signal.get("settles_at") or later(time, contract["settlement_period"])
        equal(body, number=self.count, settles_at=self.settles_at, scheduled_resolution=self.resolution,
              state="PENDING" if self.resolution else "OPEN")
    def proof(self, body):
        holds, _ = evaluate(self.terms["contract"]["condition"], self.tallies, truth := [], by := [])
        equal(body, proof={"truth": "".join("01"[holds] for holds in truth), "decided_by": by})
        return holds
    def signal_dead_lettered(self, time, cause, body):
        signal, asked, parks = body["signal"], self.phase == "unopened", len(self.parked) < 10_000
        self.judged(time, cause, signal)
        code = "OUTCOME_NOT_OPEN" if self.phase == "settled" else None
        if asked: code = body["code"] if body["code"][:8] != "OUTCOME_" else None
        elif not self.agrees(signal): code = "OUTCOME_IDENTITY_MISMATCH"
        equal(body, code=code, parked=asked and parks)
        (self.parked if body["parked"] else self.refused)[signal["event_id"]] = (signal, code)
    def signal_redriven(self, time, cause, body):
        self.rest(), self.begin(cause, time), self.due(time)
        letter, code, waits = body["event_id"], body.get("code"), body["event_id"] in self.parked and self.phase == "unopened"
        signal, kept = self.parked.get(letter) or self.refused[letter]
        need(str(code)[:8] != "OUTCOME_" if waits else code == kept, "code", f"is not {kept}")
        if waits: self.redriven, self.parked[letter] = None if code else cause, (signal, code or kept)
    def signal_discarded(self, time, cause, body):
        self.rest(), self.begin(cause, time), self.due(time)
        (self.parked if body["event_id"] in self.parked else self.refused).pop(body["event_id"])
    def outcome_settled(self, time, cause, body):
        need(self.phase == "live" and time == self.settles_at and cause == self.cause, "decision", "cannot be now")
        self.proof(body), equal(body, state=self.resolution or "MISSED")
        self.phase, quantity = "settled", Fraction(1) if self.total is None else self.total
        due = (quantity, Fraction(self.terms["price_per_unit"]) * quantity, self.terms["currency"])
        found = self.resolution == "CONFIRMED" and (Fraction(body["quantity"]), Fraction(body["amount"]), body["currency"])
        need(("amount" in body) == bool(found) and found in (False, due), "amount", f"is not {due[1]} {due[2]} for {due[0]}")
class Bundle:  # takes line after line; what it knows is what the lines before have proven
    digest, rank, section, place, outcome, lines, streams, events = bytes(32), 0, None, "line 1", None, 0, 0, 0
    newest, proven_until = ("~",), "~"
    def __init__(self, trusted): self.trusted, self.listed, self.trees, self.changes, self.totals = trusted, {}, {}, {}, {}
    def line(self, raw):
        self.lines, self.place = self.lines + 1, f"line {self.lines + 1}"
        need(self.section != "seal", "section", "comes after the seal")
        text, item = raw.decode(), json.loads(raw)
        self.section = section = item["section"]
        self.rank, before = RANK[section], self.rank
        if section not in ("event", "posting"): self.close()
        self.place = f"line {self.lines}, {section}"
        need(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" == text, "line", "is not canonical")
        need(self.rank >= before and (self.lines == 1) == (section == "bundle"), "section", "is out of order")
        need([*item] == ["section", "note"] if section == "seal" else [*item][-1] == "digest", "digest", "is not the end")
        if section != "seal": self.digest = sha256(self.digest + text.rsplit(',"digest":"', 1)[0].encode()).digest()
        if section != "seal": equal(item, digest=self.digest.hex())
        getattr(self, section)(item)
    def bundle(self, item): self.head = item; equal(item, format=1)
    def key(self, item): self.listed.update([vkey(item["vkey"])])
    def consistency(self, item): pass  # is held against checkpoints that you have kept, by `assay verify --checkpoints`
    def checkpoint(self, item):
        origin, size, root, time, end = read_note(item["note"], self.listed, self.trusted).split("\n")
        log, _, partition = origin.partition("/partition/")
        need(log == self.head["log"] and int(partition) not in self.trees and end == "", "note", "is not one of this log's")
        self.trees[int(partition)] = int(size), base64.b64decode(root)
        self.proven_until = min(self.proven_until, time.removeprefix("time "))
    def stored(self, item, partition, kind, key):  # the bytes have the hash, and that is a leaf of the tree
        name, data = (base64.urlsafe_b64decode(item[n] + "=" * (-len(item[n]) % 4)) for n in ("key_id", "metadata"))
        slot = bytes([item["enc"]]) + len(name).to_bytes(2, "big") + name + data
        parts = item["header"].encode(), item["body"].encode(), slot, item["envelope"].encode()
        found = sha256(bytes.fromhex(item["previous"]) + b"".join(sha256(part).digest() for part in parts)).digest()
        (size, top), leaf = self.trees[partition], sha256(b"\0" + found).digest()
        equal(item, hash=found.hex()), need(0 < item["position"] <= size, "position", "is not under the checkpoint")
        need(top == root(item["position"] - 1, size, leaf, item["proof"]), "proof", "does not lead to the checkpoint")
        header, body, envelope = (READER.decode(item[name]) for name in ("header", "body", "envelope"))
        equal(header, account=self.head["account"], kind=kind, key=key, version=item["version"], schema=1)
        equal(envelope, partition=partition, position=item["position"])
        return header, body, envelope
    def catalog(self, item):
        header, body, _ = self.stored(item, self.head["partitions"], "catalog", "")
        name = "account" if header["type"] == "account_created" else header["type"].removesuffix("_put") + "_key"
        need(item["version"] not in self.changes.setdefault((name, body[name]), {}), "version", "is here twice")
        self.changes[name, body[name]][item["version"]] = body
    def latest(self, name, key, version):
        puts = {at: body for at, body in self.changes.get((name, key), {}).items() if at <= version}
        return puts[max(puts)] if puts else need(False, name, "is not in the bundle's catalog")
    def check_terms(self, terms):
        names = "agent_key", "customer_key", "rate_card_key"
        agent, customer, card = (self.latest(name, terms[name], terms["catalog_version"]) for name in names)
        equal(terms, contract_version=agent["contract_version"], contract=agent["contract"], contract_hash=agent["contract_hash"],
              currency=card["currency"], currency_exponent=card["currency_exponent"], rate_card_version=card["version"],
              rate_card_key=customer.get("rate_card_key"), price_per_unit=dict(map(dict.values, card["entries"])).get(terms["agent_key"]))
    def stream(self, item):
        account, sandbox = self.head["account"].encode(), self.latest("account", self.head["account"], 1)["sandbox"]
        place = sha256(account if sandbox else account + b"\0" + item["key"].encode()).digest()[:8]
        equal(item, partition=int.from_bytes(place, "big") % self.head["partitions"])
        self.open, self.outcome, self.last, self.booked = item | {"line": self.lines}, Outcome(), (0, "0" * 64, 0), None
        self.streams, self.posted = self.streams + 1, False
    def event(self, item):
        self.place += f", outcome {self.open['key']}, version {item['version']}"
        equal(item, version=self.last[0] + 1, previous=self.last[1])
        need(item["position"] > self.last[2] and not self.posted, "position", "is not after that of the version before")
        self.last, self.events = (item["version"], item["hash"], item["position"]), self.events + 1
        header, body, envelope = self.stored(item, self.open["partition"], "outcome", self.open["key"])
        equal(item, event_id=body.get("signal", body).get("event_id", header["cause"]["event_id"]))
        if header["type"] == "outcome_opened": self.check_terms(body)
        need("_" in header["type"], "type", "is not known")
        getattr(self.outcome, header["type"])(header["time"], header["cause"], body)
        if header["type"] == "outcome_settled" and "amount" in body: self.book(item, header["time"], body, envelope["recorded_at"])
    def book(self, item, settled, body, recorded):
        terms, key, amount, account = self.outcome.terms, self.open["key"], body["amount"], self.head["account"]
        self.booked = dict(id="pst_" + sha256(f"{account}\0{key}\0settled".encode()).hexdigest()[:40], outcome_key=key, amount=amount,
            customer_key=terms["customer_key"], agent_key=terms["agent_key"], price=terms["price_per_unit"],
            quantity=body["quantity"], currency=body["currency"], settled_at=settled, recorded_at=recorded,
            lines=[dict(account="receivable:" + terms["customer_key"], amount=amount),
                   dict(account="revenue:" + terms["agent_key"], amount="-" + amount if Fraction(amount) else "0")],
            source=dict(partition=self.open["partition"], position=item["position"], hash=item["hash"]))
    def posting(self, item):
        need(self.booked and not self.posted, "id", "is of nothing that was booked"), equal(item, **self.booked)
        amount, count = self.totals.get((item["customer_key"], item["currency"]), (Fraction(0), 0))
        self.totals[item["customer_key"], item["currency"]], self.posted = (amount + Fraction(item["amount"]), count + 1), True
    def close(self):  # the stream before is over
        if not self.outcome: return
        key, booked, head = self.open["key"], self.booked, self.head
        self.place = f"line {self.open['line']}, stream, outcome {key}"
        self.outcome, _ = None, self.outcome.rest()
        equal(self.open, versions=self.last[0]), need(self.posted == bool(booked), "posting", "is missing")
        if head["subject"] == "outcomes": need([key] == head["keys"][self.streams - 1:self.streams], "key", "is not next")
        elif head["subject"] == "posting": equal(head, posting=booked and booked["id"])
        else:
            equal(booked or {}, customer_key=head["customer_key"])
            newest, self.newest = self.newest, (booked["recorded_at"], booked["id"])
            need(self.newest < newest and head["from"] <= self.newest[0] < head["to"], "key", "has no place in the period")
    def total(self, item):
        key, (amount, count) = min(self.totals.items())
        del self.totals[key]
        found = item["customer_key"], item["currency"], Fraction(item["receivable"]), Fraction(item["revenue"])
        need(found == (*key, amount, -amount) and item["postings"] == count, "total", f"is not {key}: {amount}, {count}")
    def seal(self, item):
        expected = dict(outcomes=len(self.head.get("keys", ())), posting=1).get(self.head["subject"], self.streams)
        need(not self.totals and self.streams == expected, "note", "lacks lines before it")
        text = f"{self.head['log']}/evidence\nlines {self.lines - 1}\nsha256 {self.digest.hex()}\n"
        need(read_note(item["note"], self.listed, self.trusted) == text, "note", "is of another file")
if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file"), parser.add_argument("--key", action="append", required=True)
    options = parser.parse_args()
    bundle = Bundle(dict(map(vkey, options.key)))
    try:
        for raw in open(options.file, "rb"): bundle.line(raw)
        need(bundle.section == "seal", "seal", "is missing")
    except Exception as error:  # whatever a bundle makes go wrong, it is not proven
        raise SystemExit(f"NOT PROVEN: {bundle.place}: {error if isinstance(error, Wrong) else repr(error)}") from None
    print(f"PROVEN: {bundle.lines} lines, {bundle.streams} outcomes, {bundle.events} events, as of {bundle.proven_until}.")
    print("Not shown: later events, other outcomes, catalog changes in between, whether what was reported has happened.")
