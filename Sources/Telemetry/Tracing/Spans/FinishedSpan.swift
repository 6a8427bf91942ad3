// SPDX-License-Identifier: Apache-2.0

import Tracing

/// A span that has ended, as it is exported.
struct FinishedSpan: Sendable {
    /// Another span that it is connected with, of whatever trace.
    struct Link: Sendable {
        let place: TraceContext
        let attributes: SpanAttributes
    }

    /// Its own place in its trace.
    var place: TraceContext
    /// The span above it; nil at the top of a trace.
    let parent: UInt64?
    let kind: SpanKind
    let startNanoseconds: UInt64
    var endNanoseconds: UInt64 = 0
    var name: String
    var attributes = SpanAttributes()
    var events: [SpanEvent] = []
    var links: [Link] = []
    var status: SpanStatus?
    var droppedAttributes = 0
    var droppedEvents = 0
    var droppedLinks = 0
}

extension FinishedSpan {
    mutating func set(_ new: SpanAttributes) {
        guard new.count > SpanLimits.attributesLimit else {
            attributes = new
            return
        }
        let known = attributes
        let names = new.names.sorted { first, second in
            let isFirstKnown = known.get(first) != nil
            guard isFirstKnown == (known.get(second) != nil) else { return isFirstKnown }
            return first < second
        }
        var kept = SpanAttributes()
        for name in names.prefix(SpanLimits.attributesLimit) {
            kept.set(name, value: new.get(name))
        }
        attributes = kept
        droppedAttributes += names.count - kept.count
    }

    mutating func add(_ event: SpanEvent) {
        guard events.count < SpanLimits.eventsLimit else {
            droppedEvents += 1
            return
        }
        events.append(event)
    }

    mutating func add(_ link: Link) {
        guard links.count < SpanLimits.linksLimit else {
            droppedLinks += 1
            return
        }
        links.append(link)
    }
}

extension SpanAttributes {
    /// The names of its attributes, in no order.
    var names: [String] {
        var names: [String] = []
        forEach { name, _ in names.append(name) }
        return names
    }
}
