// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// A customer as of a catalog version (SPEC 2, Customer).
public struct Customer: Hashable, Sendable {
    /// Its key.
    public let key: CustomerKey
    /// Its name.
    public internal(set) var name: Text
    /// Its rate card, if it has one.
    public internal(set) var rateCard: Slug?
    /// Whether it opens nothing new.
    public internal(set) var isArchived: Bool
    /// When it was first put.
    public let created: ChangeStamp
    /// When it became as it is here.
    public internal(set) var updated: ChangeStamp
}
