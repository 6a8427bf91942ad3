// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("A month of the calendar, in UTC")
struct MonthTests {
    @Test(
        "a month is read and written as in ISO 8601",
        arguments: ["1970-01", "2026-03", "2000-12", "9999-12"]
    )
    func months(text: String) throws {
        #expect(Month(text)?.description == text)
    }

    @Test(
        "what is no month is none",
        arguments: [
            "1969-12", "2026-13", "2026-00", "2026-3", "26-03", "+026-03", "2026-03-01", "",
        ]
    )
    func noMonths(text: String) {
        #expect(Month(text) == nil)
    }

    @Test("an instant lies in its month of UTC")
    func monthOfInstant() throws {
        let last = try #require(Timestamp("2024-02-29T23:59:59.999999Z"))
        #expect(Month(of: last).description == "2024-02")
        #expect(Month(of: last.adding(microseconds: 1)).description == "2024-03")
    }

    @Test("months follow each other over the turn of a year, from the first to the last")
    func following() throws {
        let march = try #require(Month("2026-03"))
        #expect(
            march.back(4).map(\.description) == ["2026-03", "2026-02", "2026-01", "2025-12"]
        )
        #expect(march.start == Timestamp("2026-03-01T00:00:00Z"))
        #expect(march.end == Month("2026-04")?.start)
        #expect(Month("2025-12")?.end == Month("2026-01")?.start)
        #expect(Month("9999-12")?.end == .latest)
        #expect(try #require(Month("1970-02")).back(9).count == 2)
    }
}
