// SPDX-License-Identifier: Apache-2.0

/// What a line of a bundle is; in the file in this order, but for those of the log, which stand
/// together stream by stream.
enum BundleSection: String, CaseIterable, Sendable {
    /// What the bundle is about.
    case bundle
    /// A key that has signed something in it.
    case key
    /// A signed checkpoint of a partition's tree.
    case checkpoint
    /// What leads from an earlier checkpoint to one of the bundle's.
    case consistency
    /// A change of the catalog that outcomes depend on.
    case catalog
    /// An outcome's stream begins.
    case stream
    /// An event of the stream.
    case event
    /// The posting of the stream's outcome.
    case posting
    /// What was booked for a customer in a currency.
    case total
    /// The signature over all lines before it.
    case seal

    /// What the first bytes of a line say it is; nil when they say nothing.
    init?(of line: UnsafeBufferPointer<UInt8>) {
        var reader = LineReader(line)
        for section in Self.allCases where reader.accept(section.opening) {
            self = section
            return
        }
        return nil
    }

    /// The bytes such a line begins with.
    var opening: StaticString {
        switch self {
        case .bundle: "{\"section\":\"bundle\""
        case .key: "{\"section\":\"key\""
        case .checkpoint: "{\"section\":\"checkpoint\""
        case .consistency: "{\"section\":\"consistency\""
        case .catalog: "{\"section\":\"catalog\""
        case .stream: "{\"section\":\"stream\""
        case .event: "{\"section\":\"event\""
        case .posting: "{\"section\":\"posting\""
        case .total: "{\"section\":\"total\""
        case .seal: "{\"section\":\"seal\""
        }
    }

    /// Where such lines stand in the file; a smaller number never follows a greater one.
    var rank: Int {
        switch self {
        case .bundle: 0
        case .key: 1
        case .checkpoint: 2
        case .consistency: 3
        case .catalog, .stream, .event, .posting: 4
        case .total: 5
        case .seal: 6
        }
    }

    /// Whether such lines stand together stream by stream.
    var isOfTheLog: Bool { rank == Self.event.rank }
}
