// SPDX-License-Identifier: Apache-2.0

/// How much one span may hold; what is over is counted, told to the collector, and left out.
enum SpanLimits {
    static let attributesLimit = 32
    static let eventsLimit = 16
    static let linksLimit = 64
    /// Longer texts are cut.
    static let textLimitCharacters = 256
    /// Longer lists are cut.
    static let listLimitElements = 16
}
