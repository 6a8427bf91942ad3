// SPDX-License-Identifier: Apache-2.0

import HTTPAPI

/// The header fields of pages.
enum PageHeaders {
    /// Nothing is loaded from elsewhere, no script or style stands in a page, nobody frames it.
    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    static let all: [(name: String, value: String)] = [
        ("Content-Security-Policy", contentSecurityPolicy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ]

    /// An answer that sends the browser elsewhere, to be looked at with GET.
    static func redirect(
        to path: String,
        fields: [(name: String, value: String)] = []
    ) -> APIAnswer {
        APIAnswer(
            status: 303,
            body: [],
            contentType: "text/plain; charset=utf-8",
            fields: all + [("Location", path)] + fields
        )
    }
}
