# SPDX-License-Identifier: Apache-2.0
"""The agents, customers and prices that the generators' events name."""
from .workload import AGENT, CUSTOMERS

PRICE = "0.99"
RATE_CARD = "standard"

# The contract of the quickstart: billable once the agent has replied, unless the conversation is
# escalated, reopened, or rated low.
CONDITION = {"all": [
    {"fact": "agent_replied", "operator": "seen"},
    {"fact": "escalated", "operator": "not_seen"},
    {"fact": "reopened", "operator": "not_seen"},
    {"fact": "csat_received", "operator": "not_lt", "value": 3},
]}


def define(server, settlement_seconds):
    """One agent, one rate card, and the customers."""
    contract = {"settlement_period": settlement_seconds, "condition": CONDITION}
    server.call("PUT", f"/v1/agents/{AGENT}", {"name": "Support", "contract": contract})
    server.call("PUT", f"/v1/rate-cards/{RATE_CARD}", {
        "name": "Standard", "currency": "USD",
        "entries": [{"agent_key": AGENT, "price_per_unit": PRICE}]})
    for customer in CUSTOMERS:
        server.call("PUT", f"/v1/customers/{customer}",
                    {"name": customer, "rate_card_key": RATE_CARD})
