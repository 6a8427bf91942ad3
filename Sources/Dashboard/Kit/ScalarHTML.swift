// SPDX-License-Identifier: Apache-2.0

import Mustache

/// How values are escaped in HTML: by Unicode scalars.
///
/// The library's own escaping looks at grapheme clusters, where a quotation mark with a combining
/// accent behind it is no quotation mark; a browser sees one, and the attribute ends.
struct ScalarHTML: MustacheContentType {
    static let name = "SCALAR_HTML"
    /// What every template begins with.
    static let pragma = "{{% CONTENT_TYPE:\(name)}}"

    func escapeText(_ text: String) -> String { Self.escape(text) }

    static func escape(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case 0x26: escaped += "&amp;".utf8
            case 0x3C: escaped += "&lt;".utf8
            case 0x3E: escaped += "&gt;".utf8
            case 0x22: escaped += "&quot;".utf8
            case 0x27: escaped += "&#39;".utf8
            // No document may hold it.
            case 0x00: escaped += "\u{FFFD}".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
