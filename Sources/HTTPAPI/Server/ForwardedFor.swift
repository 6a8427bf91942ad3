// SPDX-License-Identifier: Apache-2.0

/// What `X-Forwarded-For` says of a client, where proxies of one's own stand before the server.
///
/// Each proxy writes at the end whom it was called by. So the first of `n` proxies has written the
/// `n`th from the end; whatever stands before that, anybody can have sent.
enum ForwardedFor {
    /// The client's address; nil when the request did not come through so many proxies.
    static func client(_ hops: [Substring], through proxies: Int) -> String? {
        guard proxies > 0, hops.count >= proxies else { return nil }
        let address = address(hops[hops.count - proxies])
        return address.isEmpty ? nil : String(address)
    }

    /// A hop without brackets and without a port, which some proxies write.
    private static func address(_ hop: Substring) -> Substring {
        if hop.first == "[" { return hop.dropFirst().prefix { $0 != "]" } }
        guard let colon = hop.firstIndex(of: ":"), colon == hop.lastIndex(of: ":") else {
            return hop
        }
        return hop[..<colon]
    }
}
