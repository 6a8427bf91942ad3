// SPDX-License-Identifier: Apache-2.0

/// The request behind a change, by which whoever looks for it finds it.
public struct ChangeCause: Hashable, Sendable {
    /// Its id.
    public let request: String?
    /// The W3C trace context it came with.
    public let trace: String?

    /// Names a request.
    public init(request: String?, trace: String?) {
        self.request = request
        self.trace = trace
    }

    /// No request: the command line, or the service itself.
    public static let none = ChangeCause(request: nil, trace: nil)
}
