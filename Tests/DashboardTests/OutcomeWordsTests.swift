// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import Journeys
import Testing

@testable import Dashboard

@Suite("Numbers of an outcome's pages in words and pixels")
struct OutcomeWordsTests {
    @Test(
        "a period is said in the largest unit that says it exactly",
        arguments: [
            (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (90, "90 seconds"),
            (3_600, "1 hour"), (5_400, "90 minutes"), (86_400, "1 day"), (259_200, "3 days"),
        ]
    )
    func periods(seconds: Int, text: String) {
        #expect(PeriodText.of(seconds: seconds) == text)
    }

    @Test(
        "microseconds are said in a unit that fits, also where clocks disagree",
        arguments: [
            (0, "0 µs"), (-999, "-999 µs"), (1_500, "1.5 ms"), (999_999, "999.9 ms"),
            (2_000_000, "2.0 s"), (150_000_000, "2.5 min"), (259_200_000_000, "72.0 h"),
        ] as [(Int64, String)]
    )
    func microseconds(count: Int64, text: String) {
        #expect(MicrosecondsText.of(count) == text)
    }

    @Test("a water fall is drawn within its frame, whatever the times")
    func waterFall() throws {
        for later in [0, 1, 5_000, 4_000_000_000] as [Int64] {
            let start = try #require(Timestamp("2026-03-02T08:00:00Z"))
            let acceptance = Acceptance(
                node: "a",
                acceptedAt: start,
                writtenAt: start.adding(microseconds: later),
                request: nil
            )
            let fall = try #require(WaterFall(acceptance.steps))
            #expect(fall.bars.map(\.name) == ["Accepted", "Written to disk"])
            for bar in fall.bars {
                let (x, width) = (try #require(Double(bar.x)), try #require(Double(bar.width)))
                #expect(x >= 190 && width >= 2 && x + width <= 712.1)
                #expect(bar.y + 14 <= fall.height)
            }
        }
        #expect(WaterFall([])?.height == nil)
    }
}
