// SPDX-License-Identifier: Apache-2.0

public import ValueDelivered

/// What the API of delivered value needs beside what all calls do.
public struct ValueServices: Sendable {
    /// What was delivered.
    public let records: any ValueDeliveredReader
    /// The key of internal services; nil where there is none.
    public let internalKey: InternalKey?
    /// Users and sessions.
    public let users: any UserRegistry

    /// Puts the services together.
    public init(
        records: any ValueDeliveredReader,
        internalKey: InternalKey?,
        users: any UserRegistry
    ) {
        self.records = records
        self.internalKey = internalKey
        self.users = users
    }
}
