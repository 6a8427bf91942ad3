# SPDX-License-Identifier: Apache-2.0
"""Somebody who has signed in, without a browser: pages as they are sent, forms as they are filled."""
import html
import http.client
import re
from urllib.parse import urlencode, urlsplit

from assay_server import command

PASSWORD = "four words are enough"
LINK = re.compile(r"https?://\S+/welcome/\S+")


class PageAnswer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def location(self):
        return self.headers.get("Location")


class Visitor:
    """A member of a client's account, with a session; `role` is what they may do."""

    def __init__(self, server, client, email, role="admin"):
        self.server, self.cookie = server, None
        printed = command(
            "user", "invite", "--store", server.store, "--account", client.account_id,
            "--email", email, "--role", role).stdout
        path = urlsplit(LINK.search(printed)[0]).path
        answer = self.send(path, {"name": "Ada Lovelace", "password": PASSWORD})
        assert answer.status == 303, answer.body
        self.read_token()

    def read_token(self):
        """What the forms of this session carry."""
        page = self.get("/dashboard/profile").body
        self.token = re.search(r'name="form_token" value="([^"]+)"', page)[1]

    def sign_in(self, email, password=PASSWORD, **headers):
        """Goes on in a new session."""
        fields = {"email": email, "password": password}
        return self.send("/sign-in", fields, token=False, **headers)

    def get(self, path):
        return self._call("GET", path)

    def send(self, path, fields=(), token=True, **headers):
        """A form; `token` is left out, or another one is sent, on purpose.

        A header that is None is not sent.
        """
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        if self.cookie and token is True:
            pairs.append(("form_token", self.token))
        elif isinstance(token, str):
            pairs.append(("form_token", token))
        sent = {"Content_Type": "application/x-www-form-urlencoded",
                "Sec_Fetch_Site": "same-origin"}
        given = {name.replace("-", "_"): value for name, value in headers.items()}
        return self._call("POST", path, urlencode(pairs), sent | given)

    def follow(self, answer):
        """The page that a form leads to."""
        assert answer.status == 303, (answer.status, answer.body)
        return self.get(answer.location)

    def _call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=90)
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = f"assay_session={self.cookie}"
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        given = re.search(r"assay_session=([^;]+)", answer.getheader("Set-Cookie") or "")
        if given:
            self.cookie = given[1]
        connection.close()
        return PageAnswer(answer.status, answer.headers, text)


def shown(text):
    """What a page holds where a text is shown as it is."""
    return html.escape(text, quote=True).replace("&#x27;", "&#39;")
