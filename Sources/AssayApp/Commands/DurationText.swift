// SPDX-License-Identifier: Apache-2.0

/// A duration in the unit a person would choose.
enum DurationText {
    static func of(microseconds: Int64) -> String {
        guard microseconds >= 0 else { return "-" + of(microseconds: -microseconds) }
        switch microseconds {
        case ..<1_000: return "\(microseconds) us"
        case ..<1_000_000: return decimals(microseconds, unit: 1_000) + " ms"
        case ..<60_000_000: return decimals(microseconds, unit: 1_000_000) + " s"
        default:
            let seconds = microseconds / 1_000_000
            let (minutes, hours) = (seconds / 60, seconds / 3600)
            if minutes < 60 { return "\(minutes) min \(seconds % 60) s" }
            if hours < 24 { return "\(hours) h \(minutes % 60) min" }
            return "\(hours / 24) d \(hours % 24) h"
        }
    }

    /// With one digit after the point, cut.
    private static func decimals(_ microseconds: Int64, unit: Int64) -> String {
        "\(microseconds / unit).\(microseconds % unit * 10 / unit)"
    }
}
