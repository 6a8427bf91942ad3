// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A place in one of the catalog's lists, the last key seen; bound to the list and the account.
struct CatalogCursor {
    enum List: UInt8 {
        case agents = 1
        case customers = 2
        case rateCards = 3
        case tokens = 4
        case contractVersions = 5
    }

    private static let formVersion: UInt8 = 0xC1
    private static let markBytes = 8

    let list: List
    let account: AccountID

    /// The text of a place.
    func text(after key: Text) -> String {
        Base64URL.encode([Self.formVersion, list.rawValue] + mark + Array(key.utf8))
    }

    /// Whether a text may be a cursor of a list, whoever's.
    static func isWellFormed(_ text: Text, of list: List) -> Bool { decode(text, list) != nil }

    private static func decode(
        _ text: Text,
        _ list: List
    ) -> (mark: ArraySlice<UInt8>, key: Text)? {
        guard let bytes = Base64URL.decode(text.string), bytes.count > 2 + markBytes,
            bytes[0] == formVersion, bytes[1] == list.rawValue,
            let key = Text(utf8: bytes[(2 + markBytes)...])
        else { return nil }
        return (bytes[2..<(2 + markBytes)], key)
    }

    /// Reads a place; an empty one when the text is another account's.
    func read(_ text: Text?) throws(APIError) -> Place {
        guard let text else { return .beginning }
        guard let read = Self.decode(text, list) else {
            throw .invalid("cursor", "is not a cursor of this list")
        }
        return read.mark.elementsEqual(mark) ? .after(read.key) : .nowhere
    }

    enum Place {
        case beginning
        case after(Text)
        case nowhere
    }

    private var mark: ArraySlice<UInt8> {
        Digest.sha256(Array(account.text.utf8)).bytes.prefix(Self.markBytes)
    }
}
