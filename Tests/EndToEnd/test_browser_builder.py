# SPDX-License-Identifier: Apache-2.0
"""The pages of agents and the builder of conditions, in a real browser."""
import json
import time

from browser import DESKTOP, PHONE, BrowserCase, expect

MARKUP = "<img src=x onerror=alert(1)>\"'"
RENDER_LIMIT_SECONDS = 2.0


def leaf(fact, operator="seen", **more):
    return {"fact": fact, "operator": operator} | more


class BuilderCase(BrowserCase):
    """Agents have keys of their own in each test: the account is the class's."""

    def sign_in(self, **options):
        """Comes in as somebody nobody else is."""
        name = self._testMethodName.removeprefix("test_")[:40]
        return self.join(f"{name}@example.com", **options)

    def open(self, path="/dashboard/agents/new", page=None):
        page = page or self.page
        page.goto(path)
        return page

    def text(self):
        return self.page.get_by_label("Condition as JSON")

    def condition(self):
        return json.loads(self.text().input_value())

    def write(self, condition):
        text = condition if isinstance(condition, str) else json.dumps(condition)
        self.text().fill(text)
        # The text is read a moment after the last key.
        self.page.wait_for_timeout(250)

    def rows(self):
        return self.page.locator(".canvas .row")

    def row(self, fact):
        return self.page.locator(f".canvas .row:has(input.fact)").filter(
            has=self.page.locator(f"[data-part=handle][aria-label^='Move: {fact} ']"))

    def handle(self, fact):
        return self.page.locator(f"[data-part=handle][aria-label^='Move: {fact} ']")

    def said(self):
        return self.page.locator("#builder [aria-live]")

    def contract(self, key):
        return self.client.get(f"/v1/agents/{key}")["contract"]


class BuilderTests(BuilderCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def test_agent_with_a_nested_condition_is_built_by_keyboard_and_published(self):
        page = self.open()
        page.get_by_label("Key").fill("support")
        page.get_by_label("Name").fill("Support")
        self.rows().nth(1).get_by_label("Action", exact=True).fill("resolved")
        page.get_by_role("button", name="Group to: all of these").press("Enter")
        self.assertEqual(page.evaluate("document.activeElement.dataset.part"), "fact")
        page.keyboard.type("score")
        group = page.locator(".canvas li.any")
        group.get_by_label("Operator", exact=True).select_option("gte")
        group.get_by_label("Number", exact=True).fill("4.50")
        group.get_by_role("button", name="Question to: at least one of these").press("Enter")
        page.keyboard.type("vip")
        last = group.locator(".row").nth(2)
        last.get_by_label("Operator", exact=True).select_option("match")
        last.get_by_label("Type of the value", exact=True).select_option("boolean")
        last.get_by_label("Value", exact=True).select_option("true")
        expected = {"all": [leaf("resolved"), {"any": [
            leaf("score", "gte", value=4.5), leaf("vip", "match", value=True)]}]}
        self.assertEqual(self.condition(), expected)
        self.assertIn("4.5\n", self.text().input_value(), "numbers are written plainly")
        page.get_by_label("Length").fill("48")
        page.get_by_label("In", exact=True).select_option("hours")
        expect(page.locator("#effect")).to_contain_text("with version 1")
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        self.assert_accessible(what="the builder")
        self.screenshot("agent-new")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Support")
        expect(page.get_by_role("status")).to_contain_text("Saved")
        expect(page.locator("main")).to_contain_text("2 days after the last signal")
        contract = self.contract("support")
        self.assertEqual(contract["settlement_period"], 172800)
        self.assertEqual(str(contract["condition"]["all"][1]["any"][0]["value"]), "4.5")
        self.assert_accessible(what="an agent")
        self.screenshot("agent")

    def test_nodes_move_by_keyboard_and_it_is_said_where_they_are(self):
        page = self.open()
        start = {"all": [leaf("a"), {"any": [leaf("b")]}, leaf("c")]}
        self.write(start)
        self.handle("c").press("ArrowRight")
        self.assertEqual(self.condition(), {"all": [leaf("a"), {"any": [leaf("b"), leaf("c")]}]})
        expect(self.said()).to_contain_text("now 2 of 2 in: at least one of these")
        page.keyboard.press("ArrowUp")
        self.assertEqual(self.condition()["all"][1], {"any": [leaf("c"), leaf("b")]})
        page.keyboard.press("ArrowLeft")
        self.assertEqual(self.condition(), {"all": [leaf("a"), {"any": [leaf("b")]}, leaf("c")]})
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(self.said()).to_contain_text("no group right before")
        self.row("a").hover()
        self.row("a").get_by_role("button", name="Duplicate").click()
        self.row("a").first.hover()
        self.row("a").first.get_by_role("button", name="Put into a group").click()
        self.assertEqual(self.condition()["all"][0], {"all": [leaf("a")]})
        self.handle("a").last.press("Delete")
        expect(self.said()).to_contain_text("Deleted: a")
        after = self.condition()
        for _ in range(7):
            page.get_by_role("button", name="Undo").click()
        self.assertEqual(self.condition(), start)
        for _ in range(7):
            page.get_by_role("button", name="Redo").click()
        self.assertEqual(self.condition(), after)

    def test_nodes_are_dragged_before_and_into_others(self):
        self.open()
        self.write({"all": [leaf("a"), leaf("b"), {"any": [leaf("c")]}]})
        self.handle("b").drag_to(self.row("a"), target_position={"x": 60, "y": 3})
        self.assertEqual(
            self.condition(), {"all": [leaf("b"), leaf("a"), {"any": [leaf("c")]}]})
        group = self.page.locator(".canvas li.any > .row")
        box = group.bounding_box()
        self.handle("b").drag_to(group, target_position={"x": 200, "y": box["height"] * 0.8})
        self.assertEqual(
            self.condition(), {"all": [leaf("a"), {"any": [leaf("b"), leaf("c")]}]})
        outer = self.page.locator("[data-part=handle][aria-label^='Move: At least']")
        outer.drag_to(self.row("c"), target_position={"x": 60, "y": 3})
        expect(self.said()).to_contain_text("cannot go into itself")

    def test_text_in_any_spelling_changes_the_tree_and_the_tree_the_text(self):
        self.open()
        self.write([{"op": "OR", "conditions": [leaf("a", "not seen"), leaf("b")]}, {
            "op": "NOT", "conditions": [leaf("c", "count_gte", value=2)]}])
        expect(self.rows()).to_have_count(6)
        expect(self.row("a").get_by_label("Operator", exact=True)).to_have_value("not_seen")
        self.row("b").get_by_label("Action", exact=True).fill("bee")
        self.assertEqual(self.condition(), {"all": [
            {"any": [leaf("a", "not_seen"), leaf("bee")]},
            {"not": leaf("c", "count_gte", value=2)}]})
        exact = "1234567890123456.000000000000000001"
        self.write('{"fact": "a", "operator": "gte", "value": 12345678901234567.0000000000000010}')
        expect(self.page.get_by_label("Number", exact=True)).to_have_value(
            "12345678901234567.000000000000001")
        self.write(f'{{"fact": "a", "operator": "gte", "value": {exact}}}')
        self.page.get_by_label("Action", exact=True).fill("z")
        self.assertIn(exact, self.text().input_value(), "no digit is lost")

    def test_what_is_wrong_is_told_where_it_is(self):
        page = self.open()
        self.write('{"all": [\n  {"fact": "a" "operator": "seen"}\n]}')
        problem = page.locator("#condition-problems li")
        expect(problem).to_contain_text("Line 2, character 16 A comma or }")
        expect(self.text()).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#builder .alert")).to_be_visible()
        problem.get_by_role("button").click()
        place = page.evaluate("document.getElementById('condition').selectionStart")
        self.assertEqual(self.text().input_value()[place:place + 10], '"operator"')
        self.write({"all": [leaf("", "seen"), leaf("b", "gte", value="4"), {"not": leaf("c")}, {
            "op": "NOT", "conditions": []}, {"any": []}]})
        expect(page.locator("#builder .alert")).to_be_hidden()
        notes = page.locator(".canvas .row.wrong .notes")
        expect(notes).to_have_text([
            "needs an action", "takes a number", "must hold exactly one condition",
            "must hold at least one condition"])
        expect(page.locator("#condition-problems li")).to_have_count(4)
        expect(page.locator("#effect")).to_have_text("Not before it is right.")
        self.assert_accessible(what="a builder with errors")
        self.screenshot("agent-errors")

    def test_findings_stand_at_their_nodes_and_actions_are_offered(self):
        self.client.agent("lint", [leaf("resolved")])
        self.client.rate_card("lint-card", {"lint": "0.50"})
        self.client.customer("lint-customer", "lint-card")
        for number in range(3):
            sent = self.client.event(
                f"lint-outcome-{number}", "resolved", "lint-customer", agent_key="lint",
                properties={"value": "good"})
        self.client.catch_up(sent["position"])
        page = self.open("/dashboard/agents/lint/edit")
        expect(page.locator("#effect")).to_have_text(
            "Nothing changes: the contract is that of version 1.")
        expect(page.locator("#builder-facts option[value=resolved]")).to_have_count(1)
        self.write({"all": [leaf("resolved", "gte", value=3), leaf("typo")]})
        expect(self.row("typo").locator(".notes")).not_to_be_empty()
        expect(self.row("resolved").locator(".notes")).not_to_be_empty()
        expect(page.locator("#lint .findings li")).not_to_have_count(0)
        expect(page.locator("#publish")).to_have_text("Publish version 2")
        self.screenshot("agent-lint")
        self.write({"all": [leaf("resolved"), leaf("resolved", "not_seen")]})
        expect(page.locator("#lint")).to_contain_text("error")
        self.assert_accessible(what="findings")

    def test_a_change_is_tried_on_outcomes_before_it_is_published(self):
        self.client.agent("tried", [leaf("resolved")], period=60)
        self.client.rate_card("tried-card", {"tried": "2.00"})
        self.client.customer(MARKUP, "tried-card")
        for number in range(4):
            self.client.event(
                f"tried-{number}{MARKUP}", "resolved", MARKUP, agent_key="tried",
                properties={"value": number})
        moved = self.client.advance(by=120)
        self.client.catch_up(moved["position"])
        page = self.open("/dashboard/agents/tried/edit")
        self.write({"fact": "resolved", "operator": "gte", "value": 2})
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#try-state")).to_contain_text("Done: 2 of 4")
        result = page.locator("#try-result")
        expect(result).to_contain_text("-4.00 USD")
        expect(result.locator("details.change")).to_have_count(2)
        result.locator("details.change summary").first.click()
        expect(result.locator("details.change").first).to_contain_text(MARKUP)
        expect(result.get_by_role("link").first).to_have_attribute(
            "href", "/dashboard/outcomes/" + f"tried-1{MARKUP}".replace("<", "%3C").replace(
                " ", "%20").replace("=", "%3D").replace(">", "%3E").replace('"', "%22"))
        self.assert_accessible(what="the result of a try")
        self.screenshot("agent-try")

    def test_a_try_is_cancelled_and_an_ended_session_loses_nothing(self):
        self.client.agent("cancelled")
        page = self.open("/dashboard/agents/cancelled/edit")
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        held = []
        page.route("**/v1/simulations", lambda route: held.append(route))
        page.get_by_role("button", name="Try it").click()
        cancel = page.get_by_role("button", name="Cancel")
        expect(cancel).to_be_focused()
        cancel.press("Enter")
        expect(page.locator("#try-state")).to_have_text("Cancelled.")
        expect(page.get_by_role("button", name="Try it")).to_be_focused()
        held[0].abort()
        page.context.clear_cookies()
        self.row("resolved").get_by_label("Action", exact=True).fill("typed")
        expect(page.locator("#lint-state")).to_contain_text("Your session has ended")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_label("E-mail")).to_be_visible()
        kept = page.locator("input[name='kept.condition']")
        self.assertIn("typed", kept.input_value())

    def test_large_conditions_stay_usable(self):
        wide = {"all": [leaf(f"action_{number}", "gte", value=number) for number in range(256)]}
        deep = leaf("deep")
        for _ in range(15):
            deep = {"any": [deep]}
        page = self.open()
        began = time.monotonic()
        self.text().fill(json.dumps(wide))
        expect(self.rows()).to_have_count(257)
        page.locator(".canvas [data-part=handle]").nth(200).press("ArrowUp")
        expect(self.said()).to_contain_text("now 200 of 256")
        self.assertLess(time.monotonic() - began, RENDER_LIMIT_SECONDS + 2)
        expect(page.locator(".counts")).to_contain_text("256 of 256 questions")
        page.get_by_role("button", name="Question to: all of these").click()
        expect(self.said()).to_contain_text("No more than 256")
        self.write(deep)
        expect(page.locator(".counts")).to_contain_text("16 of 16 levels")
        page.locator("[data-part=wrap]").last.dispatch_event("click")
        expect(self.said()).to_contain_text("No deeper than 16")
        self.screenshot("agent-deep")
        page.set_viewport_size(PHONE)
        self.assertLessEqual(
            page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])
        self.screenshot("agent-deep-phone")
        page.set_viewport_size(DESKTOP)
        self.client.put("/v1/agents/large", {"name": "Large", "contract": {"condition": wide}})
        self.client.put("/v1/agents/large", {"name": "Large", "contract": {"condition": deep}})
        began = time.monotonic()
        page.goto("/dashboard/agents/large")
        self.assertLess(time.monotonic() - began, RENDER_LIMIT_SECONDS)
        expect(page.locator(".mark-removed")).not_to_have_count(0)


class AgentPagesTests(BuilderCase):
    def test_everything_works_without_scripts(self):
        page = self.page = self.open_browser(java_script_enabled=False)
        self.sign_in()
        self.open()
        page.get_by_label("Key").fill("plain")
        page.get_by_label("Name").fill("Plain")
        self.text().fill('[{"fact": "a", "operator": "like"}]')
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#condition-problems")).to_contain_text("condition[0].operator")
        expect(page.get_by_label("Key")).to_have_value("plain")
        self.text().fill(json.dumps([leaf("a"), leaf("a", "not_seen")]))
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#lint")).to_contain_text("error")
        self.text().fill('[{"fact": "a", "operator": "seen"}]')
        page.get_by_label("Length").fill("0")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#period-wrong")).to_contain_text("15552000")
        page.get_by_label("Length").fill("1")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Plain")
        page.get_by_role("link", name="Change it").click()
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#try-result")).to_contain_text("0 of 0 outcomes")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("status").first).to_contain_text("Nothing was to change")

    def test_versions_are_compared_and_a_quicker_colleague_is_noticed(self):
        name = f"Billing {MARKUP}"
        for condition in ([leaf(MARKUP)], [leaf(MARKUP), leaf("b", "gte", value=4)],
                          [leaf(MARKUP), leaf("b", "gte", value=5), {"not": leaf("c")}]):
            self.client.put("/v1/agents/billing", {
                "name": name, "contract": {"condition": condition}})
        page = self.sign_in()
        page.goto("/dashboard/agents/billing")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        difference = page.get_by_label("Difference")
        expect(difference.locator("li.mark-changed")).to_contain_text("was: b last said")
        expect(difference.locator("li.mark-added").first).to_contain_text("Not")
        page.get_by_label("From version").fill("1")
        page.get_by_role("button", name="Compare").click()
        expect(difference.locator("li.mark-added")).to_have_count(3)
        expect(difference.locator("li.mark-changed")).to_have_count(0)
        self.assert_accessible(what="versions")
        self.screenshot("agent-versions")
        page.goto("/dashboard/agents/billing/edit")
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        self.client.put("/v1/agents/billing", {
            "name": name, "contract": {"condition": [leaf("quicker")]}})
        self.write([leaf("mine")])
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("alert")).to_contain_text("published version 4")
        self.assertEqual(self.condition(), [leaf("mine")])
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        self.assertEqual(self.client.get("/v1/agents/billing")["contract_version"], 5)

    def test_archived_agents_stand_apart_and_come_back(self):
        self.client.agent("new")
        page = self.sign_in()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/dashboard/agents")
        self.screenshot("agents")
        page.get_by_role("link", name="new", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("new")
        page.get_by_role("button", name="Archive").click()
        expect(page.get_by_role("status")).to_contain_text("Archived")
        page.goto("/dashboard/agents")
        expect(page.get_by_role("link", name="new", exact=True)).to_have_count(0)
        page.get_by_role("link", name="Archived").click()
        self.assert_accessible(what="archived agents")
        page.get_by_role("link", name="new", exact=True).click()
        page.get_by_role("button", name="Use it again").click()
        expect(page.get_by_role("status")).to_contain_text("In use again")
        self.assertFalse(self.client.get("/v1/agents/new")["archived"])

    def test_lists_of_many_agents_go_on_page_by_page(self):
        for number in range(55):
            self.client.agent(f"many-{number:03}")
        page = self.sign_in()
        page.goto("/dashboard/agents?from=many-")
        expect(page.locator("tbody tr")).to_have_count(50)
        page.get_by_role("link", name="Next page").click()
        expect(page.locator("tbody tr").first).to_contain_text("many-050")

    def test_who_may_not_publish_may_check_and_try(self):
        self.client.agent("seen")
        page = self.sign_in(role="read_only")
        page.goto("/dashboard/agents/seen")
        expect(page.get_by_role("button", name="Archive")).to_have_count(0)
        page.get_by_role("link", name="Try a change").click()
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        expect(page.get_by_role("button", name="Publish")).to_have_count(0)
        answer = page.request.post("/dashboard/agents/seen/publish", form={
            "form_token": self.form_token(), "name": "x", "condition": "[]", "period": "1",
            "period_unit": "days", "attribution_method": "last", "based_on": "1"})
        self.assertEqual(answer.status, 403)
        self.assertEqual(page.request.get("/dashboard/agents/nobody").status, 404)

    def test_pages_are_read_in_the_dark_and_on_a_phone(self):
        self.client.agent("phone", [leaf("a"), {"any": [leaf("b", "gte", value=4), leaf("c")]}])
        for name, options in {
            "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE},
            "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
        }.items():
            page = self.join(f"{name}@example.com", page=self.open_browser(**options))
            for path, title in {
                "/dashboard/agents": "agents", "/dashboard/agents/phone": "agent",
                "/dashboard/agents/phone/edit": "agent-edit",
            }.items():
                page.goto(path)
                self.assertLessEqual(
                    page.evaluate("document.documentElement.scrollWidth"),
                    page.viewport_size["width"])
                self.assert_accessible(page, f"{title}, {name}")
                self.screenshot(f"{title}-{name}", page)
