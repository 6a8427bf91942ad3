// SPDX-License-Identifier: Apache-2.0

import Metrics
import Synchronization

/// Counts and times requests, by route pattern and status; never by account or key.
struct APIMeters: Sendable {
    private let routes: [RouteMeter]
    /// For what matches no route.
    private let unmatched = RouteMeter(method: "other", route: "unmatched")

    /// - Parameter labels: Method and pattern of each route.
    init(_ labels: [(method: String, route: String)]) {
        routes = labels.map { RouteMeter(method: $0.method, route: $0.route) }
    }

    /// Notes an answer; nil stands for a request that matched no route.
    func record(route: Int?, status: Int, nanoseconds: Int64) {
        let meter = route.map { routes[$0] } ?? unmatched
        meter.record(status: status, nanoseconds: nanoseconds)
    }
}

/// The figures of one route; kept, since looking a counter up costs more than counting.
private final class RouteMeter: Sendable {
    private let method: String
    private let route: String
    private let state = Mutex<State>(State())

    /// Made when first used, so that a route nobody calls takes no room in the exposition.
    private struct State {
        var timer: Timer?
        var counters: [Int: Counter] = [:]
    }

    init(method: String, route: String) {
        self.method = method
        self.route = route
    }

    func record(status: Int, nanoseconds: Int64) {
        let (timer, counter) = state.withLock { state in
            let timer = state.timer ?? makeTimer()
            let counter = state.counters[status] ?? makeCounter(status)
            state.timer = timer
            state.counters[status] = counter
            return (timer, counter)
        }
        counter.increment()
        timer.recordNanoseconds(nanoseconds)
    }

    private func makeTimer() -> Timer {
        Timer(
            label: "assay_http_request_seconds",
            dimensions: [("method", method), ("route", route)]
        )
    }

    private func makeCounter(_ status: Int) -> Counter {
        Counter(
            label: "assay_http_requests_total",
            dimensions: [("method", method), ("route", route), ("status", String(status))]
        )
    }
}
