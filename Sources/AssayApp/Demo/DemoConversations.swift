// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Some hundreds of conversations over a week, the same on every run: what goes well, and what goes
/// wrong in practice.
struct DemoConversations {
    /// Bodies for `POST /v1/events`, in order of time.
    let events: [JSONValue]

    static let start = "2026-03-02T08:00:00Z"
    static let count = 360
    /// Conversations begin this many minutes apart on average.
    static let gapMinutes = 14

    init() {
        guard let start = Timestamp(Self.start) else {
            events = []
            return
        }
        var script = Script(start: start)
        for number in 0..<Self.count {
            script.play(number)
        }
        events = script.steps.sorted { ($0.at, $0.order) < ($1.at, $1.order) }.map(\.body)
    }
}

/// Writes the conversations, step by step.
private struct Script {
    struct Step {
        let at: Timestamp
        let order: Int
        let body: JSONValue
    }

    let start: Timestamp
    private(set) var steps: [Step] = []
    private var seed: UInt64 = 2026
    private var key = ""
    private var customer = ""
    private var now: Timestamp

    init(start: Timestamp) {
        self.start = start
        now = start
    }

    /// A number below `bound`, from a small generator that is the same on every run.
    private mutating func below(_ bound: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(bound))
    }

    mutating func play(_ number: Int) {
        key = "support:ticket:\(1000 + number)"
        customer = DemoCatalog.customers[below(DemoCatalog.customers.count)].key
        let minutes = number * DemoConversations.gapMinutes + below(DemoConversations.gapMinutes)
        now = start.adding(seconds: Int64(minutes * 60))
        switch below(100) {
        case 0..<42: resolved()
        case 42..<52: followUp("reopened")
        case 52..<60: followUp("escalated")
        case 60..<68: rated(1 + below(2))
        case 68..<76: step("conversation_started", agent: "support")
        case 76..<80: misrouted()
        case 80..<85: retried()
        case 85..<88: unknownCustomer()
        case 88..<91: late()
        case 91..<96: onboarding(number)
        default: sale(number)
        }
    }

    private mutating func step(
        _ action: String,
        agent: String? = nil,
        value: JSONValue? = nil,
        attribution: JSONValue? = nil,
        idempotencyKey: String? = nil
    ) {
        var body: [(String, JSONValue)] = [
            ("key", .string(Text(key))),
            ("action", .string(Text(action))),
            ("customer_key", .string(Text(customer))),
            ("occurred_at", .string(Text(now.description))),
        ]
        if let agent { body.append(("agent_key", .string(Text(agent)))) }
        if let idempotencyKey {
            body.append(("idempotency_key", .string(Text(idempotencyKey))))
        }
        var properties: [(String, JSONValue)] = [("channel", below(2) == 0 ? "chat" : "mail")]
        if let value { properties.append(("value", value)) }
        if let attribution { properties.append(("attribution", attribution)) }
        body.append(("properties", .members(properties)))
        steps.append(Step(at: now, order: steps.count, body: .members(body)))
    }

    private mutating func wait(minutes: Int) {
        now = now.adding(seconds: Int64(minutes * 60))
    }

    private mutating func resolved() {
        step("agent_replied", agent: "support")
        wait(minutes: 5 + below(50))
        if below(3) == 0 { step("agent_replied") }
        if below(2) == 0 {
            wait(minutes: 60 + below(600))
            step("csat_received", value: JSONValue(integerLiteral: 3 + below(3)))
        }
    }

    private mutating func followUp(_ action: String) {
        step("agent_replied", agent: "support")
        wait(minutes: 30 + below(2000))
        step(action)
    }

    private mutating func rated(_ rating: Int) {
        step("agent_replied", agent: "support")
        wait(minutes: 60 + below(600))
        step("csat_received", value: JSONValue(integerLiteral: rating))
    }

    private mutating func misrouted() {
        step("agent_replied", agent: "support")
        wait(minutes: 9)
        step("agent_replied", agent: "sales")
    }

    /// The client's first request times out and is sent twice more.
    private mutating func retried() {
        for _ in 0..<3 {
            step("agent_replied", agent: "support", idempotencyKey: "reply-1")
        }
    }

    private mutating func unknownCustomer() {
        customer = DemoCatalog.unknownCustomer
        step("agent_replied", agent: "support")
    }

    private mutating func late() {
        step("agent_replied", agent: "support")
        wait(minutes: 4 * 24 * 60)
        step("reopened")
    }

    private mutating func onboarding(_ number: Int) {
        key = "onboarding:tenant:\(number)"
        for _ in 0..<(2 + below(3)) {
            step("step_completed")
            wait(minutes: 20 + below(200))
        }
    }

    private mutating func sale(_ number: Int) {
        key = "sales:opportunity:\(number)"
        step("deal_stage", value: "offered")
        wait(minutes: 300)
        let seats = JSONValue(integerLiteral: 1 + below(25))
        step("deal_stage", value: below(4) == 0 ? "lost" : "won", attribution: seats)
    }
}
