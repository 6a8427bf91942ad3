// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeRuntime
import Synchronization

/// The `Date` header (RFC 9110, 5.6.7), made once a second.
final class HTTPDate: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((-1, ""))

    /// The date now, by the machine's clock.
    func now() -> String {
        text(atSecond: SystemWallClock.machine().wall / 1_000_000)
    }

    /// The date at a second since 1970.
    func text(atSecond second: Int64) -> String {
        last.withLock { last in
            if last.second != second {
                last = (second, Self.format(second))
            }
            return last.text
        }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func format(_ second: Int64) -> String {
        let instant = Timestamp.earliest.adding(seconds: second)
        // 2026-03-04T10:12:00.000000Z
        let text = Array(instant.description.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let month = Int(part(5..<7)).map { months[$0 - 1] } ?? ""
        return "\(days[instant.utcDay % 7]), \(part(8..<10)) \(month) \(part(0..<4)) "
            + "\(part(11..<19)) GMT"
    }
}
