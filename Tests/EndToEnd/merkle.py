# SPDX-License-Identifier: Apache-2.0
"""Verifies what the service signs and proves, from the RFCs and C2SP's pages alone."""
import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(entry):
    return sha256(b"\x00", entry)


def node(left, right):
    return sha256(b"\x01", left, right)


def root_by_inclusion(index, size, entry, proof):
    """RFC 9162, 2.1.3.2."""
    assert 0 <= index < size
    here, last, root = index, size - 1, leaf(entry)
    for step in proof:
        assert last > 0, "the proof is too long"
        if here & 1 or here == last:
            root = node(step, root)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            root = node(root, step)
        here, last = here >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return root


def is_consistent(first, second, first_root, second_root, proof):
    """RFC 9162, 2.1.4.2."""
    assert 1 <= first <= second
    if first == second:
        return not proof and first_root == second_root
    path = ([first_root] if first & (first - 1) == 0 else []) + list(proof)
    if not path:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node(step, old), node(step, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def key(vkey):
    """The name, the hash and the key of C2SP's text form."""
    name, digits, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded, validate=True)
    assert public[0] == 1, "not Ed25519"
    assert sha256(name.encode(), b"\n", public)[:4].hex() == digits
    return name, bytes.fromhex(digits), public[1:]


def signers(note, vkeys):
    """The keys, of these, that have signed a note; a false signature of one is an error."""
    text, _, lines = note.rpartition("\n\n")
    found = []
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "\u2014"
        signature = base64.b64decode(encoded, validate=True)
        for vkey in vkeys:
            known, digits, public = key(vkey)
            if (known, digits) != (name, signature[:4]):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(
                    signature[4:], (text + "\n").encode())
            except InvalidSignature:
                raise AssertionError(f"a false signature of {name}") from None
            found.append(vkey)
    return found


def checkpoint(note):
    """Origin, size and root of a note."""
    origin, size, root, time = note.split("\n\n")[0].split("\n")
    assert time.startswith("time ") and time.endswith("Z")
    return origin, int(size), base64.b64decode(root, validate=True)
