// SPDX-License-Identifier: Apache-2.0

/// Why a question about an account's traffic has no answer.
public enum StudyError: Error, Hashable, Sendable {
    /// As many are being answered as may be at a time: try again soon.
    case busy
    /// It took longer than it may: ask about fewer outcomes.
    case tookTooLong(seconds: Int)
    /// The feed of outcomes, or the catalog, has not come as far as the position yet.
    case behind
}
