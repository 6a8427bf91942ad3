// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import AssayApp

@Suite("The waterfall of a journey")
struct JourneyPictureTests {
    @Test(
        "a duration is told in the unit a person would choose",
        arguments: [
            (0, "0 us"), (999, "999 us"), (1_000, "1.0 ms"), (12_345, "12.3 ms"),
            (999_999, "999.9 ms"), (1_500_000, "1.5 s"), (61_000_000, "1 min 1 s"),
            (3_720_000_000, "1 h 2 min"), (90_000_000_000, "1 d 1 h"), (-2_500, "-2.5 ms"),
        ] as [(Int64, String)]
    )
    func durations(microseconds: Int64, text: String) {
        #expect(DurationText.of(microseconds: microseconds) == text)
    }

    @Test("bars begin where the one before ends, and one against time is drawn as such")
    func bars() {
        let start = Timestamp.earliest.adding(seconds: 1)
        let scale = TimeScale(start: start, end: start.adding(microseconds: 100), columns: 10)
        func bar(_ until: Int64, _ length: Int64) -> String {
            scale.bar(until: start.adding(microseconds: until), microseconds: length)
        }
        #expect(bar(0, 0) == "#         ")
        #expect(bar(50, 50) == "#####     ")
        #expect(bar(100, 50) == "     #####")
        #expect(bar(100, 0) == "         #")
        #expect(bar(20, -30) == "  <<<     ")
        #expect(bar(5_000, 1).count == 10)
    }

    @Test("a scale without any length has one column")
    func noLength() {
        let scale = TimeScale(start: .earliest, end: .earliest, columns: 4)
        #expect(scale.bar(until: .earliest, microseconds: 0) == "#   ")
    }
}
