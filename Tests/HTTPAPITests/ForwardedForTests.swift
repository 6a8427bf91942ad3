// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPAPI

@Suite("Whom proxies were called by")
struct ForwardedForTests {
    @Test(
        "as many proxies as are trusted are believed, from the end",
        arguments: [
            (0, ["192.0.2.1"], nil), (1, [], nil), (1, ["192.0.2.1"], "192.0.2.1"),
            (1, ["forged", "192.0.2.1"], "192.0.2.1"),
            (2, ["forged", "192.0.2.1", "10.0.0.1"], "192.0.2.1"), (2, ["192.0.2.1"], nil),
            (1, ["192.0.2.1:4711"], "192.0.2.1"), (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
            (1, ["2001:db8::1"], "2001:db8::1"), (1, [""], nil),
        ] as [(Int, [Substring], String?)]
    )
    func client(proxies: Int, hops: [Substring], address: String?) {
        #expect(ForwardedFor.client(hops, through: proxies) == address)
    }
}
