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

/// The figures of one route. Counters are kept, since looking one up costs more than counting.
private final class RouteMeter: Sendable {
    private let method: String
    private let route: String
    private let timer: Timer
    private let counters = Mutex<[Int: Counter]>([:])

    init(method: String, route: String) {
        self.method = method
        self.route = route
        timer = Timer(
            label: "assay_http_request_seconds",
            dimensions: [("method", method), ("route", route)])
    }

    func record(status: Int, nanoseconds: Int64) {
        let counter = counters.withLock { counters in
            if let known = counters[status] { return known }
            let made = Counter(
                label: "assay_http_requests_total",
                dimensions: [
                    ("method", method), ("route", route), ("status", String(status)),
                ])
            counters[status] = made
            return made
        }
        counter.increment()
        timer.recordNanoseconds(nanoseconds)
    }
}
