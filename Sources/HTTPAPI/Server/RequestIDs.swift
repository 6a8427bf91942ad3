// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Names requests that came without a name of their own.
final class RequestIDs: Sendable {
    private let prefix: String
    private let count = Atomic<UInt64>(0)

    /// - Parameter seed: Tells the requests of one run from those of another.
    init(seed: UInt64 = .random(in: .min ... .max)) {
        prefix = "req_" + String(seed, radix: 32) + "_"
    }

    /// The next name.
    func next() -> String {
        prefix + String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 32)
    }

    /// Whether a client's own name can be repeated in answers and logs: 1 to 128 characters of
    /// letters, digits and `._:-`.
    static func isSane(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...128).contains(bytes.count) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }
}
