# SPDX-License-Identifier: Apache-2.0
"""Pages as a browser without scripts reads them: their links, their forms and what those would send."""
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

ROUTES = Path(__file__).with_name("dashboard_routes.txt")
# So many pages of one kind are read, told apart by path and by the names in their query.
LIMIT_PAGES_OF_A_KIND = 3


class Form:
    """A form as it was sent: what it would send back, and what can be put into it."""

    def __init__(self, method, action):
        self.method, self.action = method, action
        self.fields, self.names, self.buttons = [], set(), []

    def filled(self, button=None, **typed):
        """The pairs that a browser sends; a list types several values under one name."""
        unknown = set(typed) - self.names
        assert not unknown, f"{self.action} has no field {unknown}: {self.names}"
        pairs = [pair for pair in self.fields if pair[0] not in typed]
        for name, value in typed.items():
            values = value if isinstance(value, list) else [value]
            pairs.extend((name, each) for each in values)
        if button:
            names = [(name, value) for name, value, _ in self.buttons]
            assert button in names, f"{self.action} has no button {button}: {names}"
            pairs.append(button)
        return pairs


class Page(HTMLParser):
    """What a page has to follow and to fill in."""

    def __init__(self, body):
        super().__init__(convert_charrefs=True)
        self.links, self.forms, self.ids = [], [], {}
        self._form = self._select = self._area = None
        self._takes_text = False
        self.feed(body)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        form = self.ids.get(given["form"]) if given.get("form") else self._form
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form((given.get("method") or "get").lower(), given.get("action") or "")
            self.forms.append(self._form)
            if given.get("id"):
                self.ids[given["id"]] = self._form
        elif form is None:
            return
        elif tag == "input" and given.get("name"):
            self._input(form, given)
        elif tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((given.get("name"), given.get("value", ""),
                                 given.get("formaction")))
        elif tag == "select":
            self._select = [given["name"], None]
            form.names.add(given["name"])
        elif tag == "option" and self._select is not None:
            self._takes_text = "value" not in given
            if "selected" in given or self._select[1] is None:
                self._select[1] = given.get("value", "")
            else:
                self._takes_text = False
        elif tag == "textarea":
            self._area = [given["name"], ""]
            form.names.add(given["name"])

    def _input(self, form, given):
        form.names.add(given["name"])
        kind = given.get("type", "text")
        if kind not in ("radio", "checkbox") or "checked" in given:
            form.fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            self._form.fields.append((self._select[0], self._select[1] or ""))
            self._select = None
        elif tag == "textarea":
            # The first line break after the tag is not part of the text.
            self._form.fields.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self._area[1] += data
        elif self._takes_text and self._select is not None:
            self._select[1], self._takes_text = data, False

    def actions(self):
        """Where each form that is posted leads, with the form."""
        for form in self.forms:
            if form.method == "post":
                targets = {form.action} | {to for _, _, to in form.buttons if to}
                yield from ((target, form) for target in sorted(targets))


class Routes:
    """The pages and forms that are served, as `DashboardTests` sees to it that they are listed."""

    def __init__(self):
        lines = ROUTES.read_text("utf-8").splitlines()
        self.rights = {}
        for line in lines:
            method, pattern, right = line.split(" ")
            self.rights[(method, pattern)] = right
        # A path that is written out in full is never taken for a parameter.
        self._patterns = [
            (method, pattern, re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern) + r"\Z"))
            for method, pattern in sorted(self.rights, key=lambda route: route[1].count("{"))]

    def of(self, method, target):
        """The route of a request; None where there is none."""
        path = urlsplit(target).path
        for known, pattern, expression in self._patterns:
            if known == method and expression.match(path):
                return known, pattern
        return None

    def all(self, method):
        return {route for route in self.rights if route[0] == method}


class Crawl:
    """Every page that links lead to from the overview, and every form on them."""

    def __init__(self, visitor, routes, *unlinked):
        self.pages, self.forms, self.routes = {}, {}, set()
        self._kinds, self._known = {}, routes
        waiting = ["/dashboard", *unlinked]
        seen = set(waiting)
        while waiting:
            target = waiting.pop(0)
            answer = self._visit(visitor, target)
            if answer is None or "text/html" not in answer.headers["Content-Type"]:
                continue
            page = self.pages[target]
            for link in page.links:
                link = urljoin(f"http://here{target}", link).split("#")[0]
                path = link.removeprefix("http://here")
                if path.startswith("/dashboard") and path not in seen:
                    seen.add(path)
                    waiting.append(path)

    def _visit(self, visitor, target):
        parts = urlsplit(target)
        route = self._known.of("GET", target) or parts.path
        kind = (route, tuple(sorted({name for name, _ in parse_qsl(parts.query)})))
        if self._kinds.get(kind, 0) >= LIMIT_PAGES_OF_A_KIND:
            return None
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        answer = visitor.get(target)
        assert answer.status == 200, f"{target} is linked and answers {answer.status}"
        self.routes.add(self._known.of("GET", target))
        page = Page(answer.body) if "html" in answer.headers["Content-Type"] else None
        self.pages[target] = page
        if page:
            page.body = answer.body
            for action, form in page.actions():
                route = self._known.of("POST", action)
                assert route, f"a form on {target} leads to {action}, which is no form"
                self.forms.setdefault(route, []).append((target, action, form))
        return answer
