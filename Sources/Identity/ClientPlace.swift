// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Where a client is, as guesses are counted: an IPv4 address, or the 64 bits of an IPv6 address
/// that one customer of a network has to themselves.
enum ClientPlace {
    static func of(_ address: String) -> Text {
        guard address.utf8.count <= 64, address.contains(":") else {
            return Text(String(address.prefix(64)))
        }
        if let mapped = address.split(separator: ":").last, mapped.contains(".") {
            return Text(String(mapped))
        }
        let withoutZone = address.prefix { $0 != "%" }
        let halves = withoutZone.split(separator: "::", omittingEmptySubsequences: false)
        var groups = (halves.first ?? "").split(separator: ":").map(small)
        // What "::" stands for is zeros; it matters only where it begins in the first half.
        if halves.count > 1 {
            let tail = halves[1].split(separator: ":").map(small)
            let zeros = max(0, 8 - groups.count - tail.count)
            groups += Array(repeating: "0", count: zeros) + tail
        }
        return Text(groups.prefix(4).joined(separator: ":"))
    }

    /// A group in small letters without leading zeros.
    private static func small(_ group: Substring) -> String {
        let digits = group.drop { $0 == "0" }
        return digits.isEmpty ? "0" : digits.lowercased()
    }
}
