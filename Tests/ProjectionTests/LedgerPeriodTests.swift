// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import Testing

@Suite("Cutting a period into days")
struct LedgerPeriodTests {
    private let day = 86_400

    @Test("a period without ends is all time")
    func allTime() {
        let period = LedgerPeriod(from: nil, to: nil)
        #expect(period.days == .all)
        #expect(period.parts.isEmpty)
    }

    @Test("whole days need no parts")
    func wholeDays() {
        let period = LedgerPeriod(from: instant(day), to: instant(3 * day))
        #expect(period.days == .range(first: 1, last: 2))
        #expect(period.parts.isEmpty)
    }

    @Test("parts of days stand at both ends")
    func parts() {
        let period = LedgerPeriod(from: instant(day + 5), to: instant(4 * day + 7))
        #expect(period.days == .range(first: 2, last: 3))
        #expect(
            period.parts == [
                instant(day + 5)..<instant(2 * day), instant(4 * day)..<instant(4 * day + 7),
            ]
        )
    }

    @Test("less than a day, or two parts that meet at midnight, is one part")
    func noWholeDay() {
        let within = LedgerPeriod(from: instant(5), to: instant(7))
        #expect(within.days == .none)
        #expect(within.parts == [instant(5)..<instant(7)])
        let across = LedgerPeriod(from: instant(day - 5), to: instant(day + 5))
        #expect(across.days == .none)
        #expect(across.parts == [instant(day - 5)..<instant(day + 5)])
    }

    @Test("a period that ends before it begins is empty")
    func empty() {
        let period = LedgerPeriod(from: instant(9), to: instant(4))
        #expect(period.days == .none)
        #expect(period.parts.isEmpty)
    }

    @Test("an open end reaches past every day, an open beginning starts at day 0")
    func openEnds() {
        let after = LedgerPeriod(from: instant(day), to: nil)
        guard case .range(let first, let last) = after.days else {
            Issue.record("no days")
            return
        }
        #expect(first == 1)
        #expect(last > Timestamp.latest.utcDay)
        let before = LedgerPeriod(from: nil, to: instant(day + 1))
        #expect(before.days == .range(first: 0, last: 0))
        #expect(before.parts == [instant(day)..<instant(day + 1)])
    }
}
