# SPDX-License-Identifier: Apache-2.0
"""People who are signed in already: written into `PATH.users` beside the server, since a debug build takes
more than a second over each password."""
import base64
import functools
import hashlib
import secrets
import sqlite3
import time

from page_visitor import PASSWORD, Visitor


@functools.cache
def stored(password):
    """What the service keeps of a password."""
    salt = bytes(range(16))
    key = hashlib.scrypt(
        password.encode(), salt=salt, n=1 << 15, r=8, p=3, maxmem=1 << 27, dklen=32)
    parts = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(("scrypt", "ln=15,r=8,p=3", *parts))


class SignedIn(Visitor):
    """A member of a client's account in a session of its own, with the password `PASSWORD`."""

    def __init__(self, server, client, email, role="admin", name="Ada Lovelace"):
        self.server, self.email, self.cookie = server, email, secrets.token_urlsafe(32)
        now = time.time_ns() // 1000
        users = sqlite3.connect(f"{server.path}.users", timeout=30)
        with users:
            users.execute(
                "INSERT INTO users (email, name, password, created_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING", (email, name, stored(PASSWORD), now))
            [self.number] = users.execute(
                "SELECT id FROM users WHERE email = ?", (email,)).fetchone()
            users.execute(
                "INSERT INTO memberships (member, account, role, since) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING", (self.number, client.account_id, role, now))
            users.execute(
                "INSERT INTO sessions (secret_hash, member, account, created_at, used_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (hashlib.sha256(self.cookie.encode()).digest(), self.number, client.account_id,
                 now, now))
        users.close()
        self.read_token()
