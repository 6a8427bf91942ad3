// SPDX-License-Identifier: Apache-2.0

/// How long the exporter waits before it tries again.
struct ExportPause: Sendable {
    static let first: Duration = .seconds(1)
    static let longest: Duration = .seconds(30)
    /// A collector that asks for more patience is asked again after this.
    static let longestAsked: Duration = .seconds(300)

    private var next = Self.first
    /// A share from 0 to 1: nodes that lost their collector together do not come back together.
    private let share: @Sendable () -> Double

    init(share: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }) {
        self.share = share
    }

    /// The pause after a failure: at least what the collector asked for, else twice the one before,
    /// up to a half of it less.
    mutating func afterFailure(asked: Duration?) -> Duration {
        let own = next * (1 - share() / 2)
        next = min(next * 2, Self.longest)
        guard let asked else { return own }
        return min(max(asked, own), Self.longestAsked)
    }

    mutating func reset() { next = Self.first }
}
