// SPDX-License-Identifier: Apache-2.0

/// Why a command ends with exit status 1: one sentence that says what to do.
public struct CommandFailure: Error, CustomStringConvertible, Sendable {
    /// The sentence.
    public let description: String

    /// States the reason.
    public init(_ sentence: String) { description = sentence }
}
