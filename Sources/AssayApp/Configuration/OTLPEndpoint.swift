// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where spans are sent: a URL that takes traces over OTLP/HTTP.
enum OTLPEndpoint {
    /// Looks whether a text is such a URL.
    ///
    /// - Throws: `CommandFailure` that does not repeat the text: what is wrong may be a password.
    static func check(_ text: String) throws(CommandFailure) {
        guard let url = URL(string: text), let host = url.host, !host.isEmpty,
            ["http", "https"].contains(url.scheme), url.path.count > 1
        else {
            throw CommandFailure(
                "otlp.endpoint (ASSAY_OTLP_ENDPOINT) is not of the form "
                    + "http://HOST:PORT/v1/traces."
            )
        }
    }
}
