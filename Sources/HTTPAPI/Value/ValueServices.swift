// SPDX-License-Identifier: Apache-2.0

public import ValueDelivered

/// What the API of delivered value needs beside what all calls do.
public struct ValueServices: Sendable {
    /// What was delivered.
    public let records: any ValueDeliveredReader
    /// The key of internal services; nil where there is none.
    public let internalKey: InternalKey?

    /// Puts the services together.
    public init(records: any ValueDeliveredReader, internalKey: InternalKey?) {
        self.records = records
        self.internalKey = internalKey
    }
}
