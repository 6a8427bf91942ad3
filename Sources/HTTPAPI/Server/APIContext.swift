// SPDX-License-Identifier: Apache-2.0

public import Hummingbird

/// What Hummingbird hands along with a request; the API needs none of it.
public struct APIContext: InitializableFromSource, Sendable {
    /// Takes nothing from the source.
    public init(source: ApplicationRequestContextSource) {}
}
