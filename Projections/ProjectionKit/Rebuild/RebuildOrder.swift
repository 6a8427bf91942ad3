// SPDX-License-Identifier: Apache-2.0

/// What an operator asks of a rebuild.
public enum RebuildOrder: Hashable, Sendable {
    /// Begin to build a copy.
    case start
    /// Stop building, and stay so over restarts.
    case pause
    /// Go on after a pause or a failure.
    case resume
    /// Make the copy live though it differs.
    case swap(acceptingDifference: Bool)
    /// Remove the copy that is not read.
    case drop
}

/// Why an order was not carried out, in a sentence for the operator.
public struct RebuildRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// Puts a refusal together.
    public init(_ description: String) {
        self.description = description
    }
}
