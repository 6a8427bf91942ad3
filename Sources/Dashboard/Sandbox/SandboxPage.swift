// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed

/// The test clock of a sandbox account.
struct SandboxPage: PageModel {
    /// The next settlement, and what will happen then.
    struct Next {
        private static let shownLimit = 20

        struct Line {
            let key: String
            let path: String
            let state: String
            let amount: String?
        }

        let instant: Instant
        let count: Int
        /// Whether more may settle than are counted.
        let isCut: Bool
        let isKnown: Bool
        let lines: [Line]
        let unlisted: Int?

        init(_ next: NextSettlements) {
            instant = Instant(next.instant)
            count = next.settlements.count
            isCut = next.isCut
            isKnown = !next.settlements.isEmpty
            lines = next.settlements.prefix(Self.shownLimit).map { settlement in
                Line(
                    key: settlement.key.text.string,
                    path: OutcomeLine.path(of: settlement.key),
                    state: settlement.ending.state.rawValue,
                    amount: settlement.ending.charge.map { Money.text($0.amount, $0.currency) }
                )
            }
            unlisted = count > Self.shownLimit ? count - Self.shownLimit : nil
        }
    }

    /// What has settled since the clock was moved.
    struct Summary {
        struct Tally {
            let state: String
            let count: Int
        }

        let from: Instant
        let to: Instant
        let tallies: [Tally]
        let totals: [String]
        let lines: [OutcomeLine]
        let isNothing: Bool
        let isCut: Bool

        init(_ settled: [OutcomeView], from: Timestamp, to: Timestamp, isCut: Bool) {
            self.from = Instant(from)
            self.to = Instant(to)
            self.isCut = isCut
            isNothing = settled.isEmpty
            lines = settled.map(OutcomeLine.init)
            tallies = OutcomeState.allCases.compactMap { state in
                let count = settled.count { $0.row.progress.state == state }
                return count == 0 ? nil : Tally(state: state.rawValue, count: count)
            }
            var sums: [String: WideDecimal] = [:]
            for view in settled where view.row.progress.state == .confirmed {
                guard let amount = view.row.progress.amount else { continue }
                sums[view.row.currency.code, default: .zero] += amount
            }
            totals = sums.sorted { $0.key < $1.key }.map { Money.text($0.value, code: $0.key) }
        }
    }

    struct Unit {
        let value: String
        let isChosen: Bool
    }

    let template = "sandbox"
    let shell: Shell
    let status: Int
    let now: Instant
    let next: Next?
    let summary: Summary?
    let mayMove: Bool
    let amount: FormField
    let units: [Unit]
    let to: FormField
    let curl: String
}

/// What a live account shows of sandboxes.
struct SandboxListPage: PageModel {
    struct Line {
        let id: String
        let name: String
        let role: String
    }

    let template = "sandboxes"
    let shell: Shell
    let status: Int
    let sandboxes: [Line]
    let mayMake: Bool
    let name: FormField
    let curl: String
}
