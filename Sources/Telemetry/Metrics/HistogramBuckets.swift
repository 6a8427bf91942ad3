// SPDX-License-Identifier: Apache-2.0

/// The upper bounds of a histogram's buckets, rising; the last bucket, without a bound, is implied.
struct HistogramBuckets: Hashable, Sendable {
    let upperBounds: [Double]

    /// For durations: 100 µs to 60 s.
    static let seconds = HistogramBuckets(upperBounds: [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
        0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ])

    /// For numbers of things: the powers of two from 1 to 65,536.
    static let sizes = powersOfTwo(0...16)

    /// For numbers of bytes: the powers of two from 64 B to 16 MiB.
    static let bytes = powersOfTwo(6...24)

    /// The buckets for a name, by its suffix.
    static func chosen(for name: String) -> HistogramBuckets {
        if name.hasSuffix("_seconds") { return .seconds }
        return name.hasSuffix("_bytes") ? .bytes : .sizes
    }

    /// The bucket a value falls into: the first whose bound is not below it.
    func index(of value: Double) -> Int {
        var low = 0
        var high = upperBounds.count
        while low < high {
            let middle = (low + high) / 2
            if upperBounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func powersOfTwo(_ exponents: ClosedRange<Int>) -> HistogramBuckets {
        HistogramBuckets(upperBounds: exponents.map { Double(1 << $0) })
    }
}
