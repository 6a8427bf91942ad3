// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Dashboard

@Suite("Charts are drawn from numbers")
struct DrawingTests {
    @Test("the axis ends at a round number that holds the highest bar")
    func ceilings() {
        for highest in [0, 1, 2, 3, 9, 10, 11, 59, 60, 61, 999, 10_000] {
            let ceiling = DayBars.ceiling(over: highest)
            #expect(ceiling >= highest && ceiling % 2 == 0)
            #expect(ceiling <= max(2, highest * 2))
        }
    }

    @Test("a bar is as high as its parts, from the bottom up, and tells what they are")
    func bars() throws {
        let bars = DayBars([
            DayBars.Day(
                label: "2026-03-02",
                parts: [("CONFIRMED", 1), ("OPEN", 0), ("FAILED", 1)]
            ),
            DayBars.Day(label: "2026-03-03", parts: [("CONFIRMED", 0)]),
        ])
        let first = try #require(bars.bars.first)
        #expect(first.title == "2026-03-02: 1 CONFIRMED, 1 FAILED")
        #expect(first.segments.map(\.kind) == ["CONFIRMED", "FAILED"])
        #expect(first.segments.map(\.height) == ["80.0", "80.0"])
        #expect(first.segments.map(\.y) == ["88.0", "8.0"])
        #expect(bars.bars[1].title == "2026-03-03: none")
        #expect(bars.lines.map(\.text) == ["0", "1", "2"])
    }

    @Test("numbers have one digit after the point")
    func numbers() {
        #expect(Drawing.number(1.26) == "1.3")
        #expect(Drawing.number(-1.26) == "-1.3")
        #expect(Drawing.number(0) == "0.0")
        #expect(Drawing.number(-0.26) == "-0.3")
        #expect(Drawing.share(1, of: 0) == "0")
        #expect(Drawing.share(5, of: 2) == "100.0")
    }

    @Test("a rate is rounded down, and none of nothing")
    func percent() {
        #expect(OverviewFigures.percent(1, of: 3) == "33.3 %")
        #expect(OverviewFigures.percent(2_999, of: 3_000) == "99.9 %")
        #expect(OverviewFigures.percent(3, of: 3) == "100.0 %")
        #expect(OverviewFigures.percent(0, of: 0) == nil)
    }

    @Test(
        "an amount has the decimals of its currency at least, and all of its own",
        arguments: [
            ("9", 2, "9.00"), ("58.8", 2, "58.80"), ("0.0025", 2, "0.0025"), ("0", 0, "0"),
            ("1250", 0, "1,250"), ("-1234567.5", 2, "-1,234,567.50"), ("-100", 3, "-100.000"),
            ("999", 2, "999.00"), ("1000", 2, "1,000.00"),
        ]
    )
    func money(plain: String, decimals: Int, shown: String) {
        #expect(Money.digits(plain, atLeast: decimals) == shown)
    }

    @Test("a word in a curl is one word, whatever is in it")
    func curl() {
        #expect(Curl.quoted("a'b$(c)") == "'a'\\''b$(c)'")
    }
}
