// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import OutcomesFeed

/// The overview's figures and charts, all from sums that are kept while facts are folded in.
struct OverviewFigures {
    /// So many UTC days are shown, today the last of them.
    static let shownDays = 30
    /// At most so many days of settlement to come are listed.
    private static let pendingLimitRows = 31

    /// A day's outcomes, as the table behind the chart has them.
    struct DayRow {
        let day: String
        let open: Int
        let pending: Int
        let confirmed: Int
        let failed: Int
        let missed: Int
        let total: Int
    }

    /// What was confirmed in one currency.
    struct Confirmed {
        struct DayRow {
            let day: String
            let outcomes: Int
            let amount: String
        }

        let currency: String
        let amount: String
        let before: String
        let outcomes: Int
        /// In words; nil when there was nothing before.
        let change: String?
        let line: Sparkline
        let days: [DayRow]
    }

    /// What may settle on one day.
    struct Pending {
        let day: String
        let isPast: Bool
        let currency: String
        let outcomes: Int
        let amount: String
        /// Of the largest amount in the currency, in hundredths.
        let share: String
    }

    /// A sum over all days in one currency.
    struct Total {
        let currency: String
        let amount: String
        let outcomes: Int
    }

    let openedCount: Int
    let days: [DayRow]
    let bars: DayBars
    let confirmed: [Confirmed]
    let pending: [Pending]
    let pendingTotals: [Total]
    let hasHiddenPending: Bool
    /// `12.5 %`; nil while nothing has ended that was once PENDING.
    let flipRate: String?
    let flipped: Int
    let endedOncePending: Int
    let deadLetters: Int
    let lagEvents: Int

    init(
        today: Int,
        daily: [Int: OutcomeCounts],
        ever: OutcomeCounts,
        confirmed: [OutcomeMoney],
        pending: [OutcomeMoney],
        deadLetters: Int,
        lagEvents: Int64
    ) {
        let shown = Array(max(0, today - Self.shownDays + 1)...max(0, today))
        days = shown.reversed().map { Self.row($0, daily[$0] ?? OutcomeCounts()) }
        openedCount = days.reduce(0) { $0 + $1.total }
        bars = DayBars(
            shown.map { day in
                let counts = daily[day] ?? OutcomeCounts()
                let order: [OutcomeState] = [.confirmed, .pending, .open, .failed, .missed]
                return DayBars.Day(
                    label: Day.text(day),
                    parts: order.map { ($0.rawValue, counts[$0]) }
                )
            }
        )
        self.confirmed = Self.confirmed(confirmed, days: shown)
        self.pending = Self.pending(Array(pending.prefix(Self.pendingLimitRows)), today: today)
        hasHiddenPending = pending.count > Self.pendingLimitRows
        pendingTotals = Self.totals(pending)
        flipped = ever[.failed]
        endedOncePending = ever.endedOncePending
        flipRate = Self.percent(flipped, of: endedOncePending)
        self.deadLetters = deadLetters
        self.lagEvents = Int(lagEvents)
    }

    private static func row(_ day: Int, _ counts: OutcomeCounts) -> DayRow {
        DayRow(
            day: Day.text(day),
            open: counts[.open],
            pending: counts[.pending],
            confirmed: counts[.confirmed],
            failed: counts[.failed],
            missed: counts[.missed],
            total: counts.total
        )
    }

    /// In tenths, rounded down, so that 100 % is all of them.
    static func percent(_ part: Int, of whole: Int) -> String? {
        guard whole > 0 else { return nil }
        let tenths = part.multipliedFullWidth(by: 1_000)
        let share = whole.dividingFullWidth(tenths).quotient
        return "\(share / 10).\(share % 10) %"
    }

    private static func totals(_ money: [OutcomeMoney]) -> [Total] {
        grouped(money).map { currency, money in
            Total(
                currency: currency,
                amount: Money.digits(sum(money), Currency(currency)),
                outcomes: money.reduce(0) { $0 + $1.outcomes }
            )
        }
    }

    private static func grouped(_ money: [OutcomeMoney]) -> [(String, [OutcomeMoney])] {
        Dictionary(grouping: money, by: \.currency.code).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    private static func sum(_ money: [OutcomeMoney]) -> WideDecimal {
        money.reduce(.zero) { $0 + $1.amount }
    }

    private static func confirmed(_ money: [OutcomeMoney], days: [Int]) -> [Confirmed] {
        grouped(money).map { currency, money in
            let shown = money.filter { $0.day >= days[0] }
            let before = sum(money.filter { $0.day < days[0] })
            let now = sum(shown)
            let byDay = Dictionary(grouping: shown, by: \.day)
            return Confirmed(
                currency: currency,
                amount: Money.digits(now, Currency(currency)),
                before: Money.digits(before, Currency(currency)),
                outcomes: shown.reduce(0) { $0 + $1.outcomes },
                change: change(Drawing.value(now), before: Drawing.value(before)),
                line: Sparkline(days.map { Drawing.value(sum(byDay[$0] ?? [])) }),
                days: shown.reversed().map {
                    Confirmed.DayRow(
                        day: Day.text($0.day),
                        outcomes: $0.outcomes,
                        amount: Money.digits($0.amount, $0.currency)
                    )
                }
            )
        }
    }

    private static func change(_ now: Double, before: Double) -> String? {
        guard before > 0 else { return nil }
        let share = min(max((now / before - 1) * 100, -100), 1_000_000)
        guard share.magnitude >= 0.05 else { return "as much as" }
        return Drawing.number(share.magnitude) + (share > 0 ? " % more than" : " % less than")
    }

    private static func pending(_ money: [OutcomeMoney], today: Int) -> [Pending] {
        let largest = Dictionary(
            money.map { ($0.currency, Drawing.value($0.amount)) },
            uniquingKeysWith: max
        )
        return money.map { money in
            Pending(
                day: Day.text(money.day),
                isPast: money.day < today,
                currency: money.currency.code,
                outcomes: money.outcomes,
                amount: Money.digits(money.amount, money.currency),
                share: Drawing.share(
                    Drawing.value(money.amount),
                    of: largest[money.currency] ?? 0
                )
            )
        }
    }
}

extension Drawing {
    /// About how much: for the length of a bar, never for a figure.
    static func value(_ amount: WideDecimal) -> Double { Double(amount.description) ?? 0 }
}
