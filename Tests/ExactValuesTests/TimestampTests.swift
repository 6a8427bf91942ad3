// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "an instant is read and written in UTC with six digits",
        arguments: [
            ("2026-03-04T10:12:00Z", "2026-03-04T10:12:00.000000Z"),
            ("2026-03-04t10:12:00z", "2026-03-04T10:12:00.000000Z"),
            ("2026-03-04 10:12:00Z", "2026-03-04T10:12:00.000000Z"),
            ("2026-03-04T10:12:00.5+02:00", "2026-03-04T08:12:00.500000Z"),
            ("2026-03-04T00:30:00-23:59", "2026-03-05T00:29:00.000000Z"),
            ("2026-03-04T10:12:00.1234569Z", "2026-03-04T10:12:00.123456Z"),
            ("2026-03-04T10:12:00.9999999999999999999999Z", "2026-03-04T10:12:00.999999Z"),
            ("2026-03-04T10:12:00-00:00", "2026-03-04T10:12:00.000000Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
            ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
            ("1969-12-31T23:30:00-01:00", "1970-01-01T00:30:00.000000Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
            ("2017-01-01T01:59:60.25+02:00", "2017-01-01T00:00:00.250000Z"),
        ]
    )
    func reading(literal: String, written: String) throws {
        let timestamp = try #require(Timestamp(literal))
        #expect(timestamp.description == written)
        #expect(Timestamp(written) == timestamp)
        var bytes: [UInt8] = [0x3D]
        timestamp.write(into: &bytes)
        #expect(bytes == Array(("=" + written).utf8))
    }

    @Test(
        "what is no instant is refused",
        arguments: [
            "", "2026-03-04", "2026-03-04T10:12Z", "2026-03-04T10:12:00", "2026-3-04T10:12:00Z",
            "2026-03-04T10:12:00.Z", "2026-03-04T10:12:00+0200", "2026-03-04T10:12:00+24:00",
            "2026-03-04T10:12:00+02:60", "2026-03-04T24:00:00Z", "2026-03-04T10:60:00Z",
            "2026-03-04T10:12:61Z", "2026-03-04T10:12:60Z", "2016-12-31T23:59:60+01:00",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-03-04T10:12:00Z ", " 2026-03-04T10:12:00Z", "2026-03-04_10:12:00Z",
            "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "+2026-03-04T10:12:00Z",
        ]
    )
    func refused(literal: String) {
        #expect(Timestamp(literal) == nil)
    }

    @Test("days through all 8,030 years are written in order and read back")
    func everyDay() throws {
        let day: Int64 = 86_400_000_000
        var previous = ""
        for number in 0..<Timestamp.latest.utcDay + 1 where number % 31 == 0 || number < 1500 {
            let timestamp = try #require(Timestamp(microseconds: Int64(number) * day))
            let text = timestamp.description
            #expect(text > previous)
            #expect(Timestamp(text) == timestamp)
            #expect(timestamp.utcDay == number)
            previous = text
        }
        #expect(Timestamp.latest.utcDay == 2_932_896)
    }

    @Test("adding stops at the ends of time")
    func saturation() throws {
        let start = try #require(Timestamp("2026-03-04T10:12:00Z"))
        #expect(start.adding(seconds: 86_400).description == "2026-03-05T10:12:00.000000Z")
        #expect(start.adding(microseconds: -1).description == "2026-03-04T10:11:59.999999Z")
        #expect(start.adding(seconds: .max) == .latest)
        #expect(start.adding(seconds: .min) == .earliest)
        #expect(start.adding(microseconds: .max) == .latest)
        #expect(start.adding(microseconds: .min) == .earliest)
        #expect(Timestamp.latest.adding(microseconds: 1) == .latest)
        #expect(Timestamp.earliest.adding(seconds: -1) == .earliest)
    }

    @Test("differences are microseconds, with a sign")
    func differences() throws {
        let start = try #require(Timestamp("2026-03-04T10:12:00Z"))
        let end = start.adding(seconds: 3)
        #expect(end.microseconds(since: start) == 3_000_000)
        #expect(start.microseconds(since: end) == -3_000_000)
        #expect(start < end)
    }

    @Test("microseconds out of range make no instant")
    func range() {
        #expect(Timestamp(microseconds: -1) == nil)
        #expect(Timestamp(microseconds: 0) == .earliest)
        #expect(Timestamp(microseconds: 253_402_300_799_999_999) == .latest)
        #expect(Timestamp(microseconds: 253_402_300_800_000_000) == nil)
    }
}
