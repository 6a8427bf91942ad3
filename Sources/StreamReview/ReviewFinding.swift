// SPDX-License-Identifier: Apache-2.0

/// Something about a stream that is not as it has to be, with its place.
public struct ReviewFinding: Hashable, Sendable, CustomStringConvertible {
    /// Where.
    public let place: ReviewPlace
    /// What.
    public let fault: ReviewFault

    /// Puts a finding together.
    public init(_ fault: ReviewFault, at place: ReviewPlace) {
        self.place = place
        self.fault = fault
    }

    /// Place and fault in one line.
    public var description: String { "\(place): \(fault)" }
}
