// SPDX-License-Identifier: Apache-2.0

/// Who makes the spans, as the collector is told.
public struct TraceResource: Hashable, Sendable {
    /// `service.name`
    /// .
    public let service: String
    /// `service.instance.id`: the node's name.
    public let instance: String
    /// `service.version`
    /// .
    public let version: String

    /// Puts the three together.
    public init(service: String, instance: String, version: String) {
        self.service = service
        self.instance = instance
        self.version = version
    }
}
