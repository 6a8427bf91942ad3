// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

// How a metadata slot is written into a record of the ingest log. Plain metadata is a member of its
// own, as JSON; sealed metadata is bytes, as base 64 without padding (RFC 4648, section 5).

extension MetadataSlot {
    func write(to writer: inout WrittenWriter) {
        guard encryption != 0 || !bytes.isEmpty else { return }
        guard encryption != 0 else { return writer.put(",\"metadata\":", json: bytes) }
        writer.put(",\"sealed\":{\"enc\":", encryption)
        writer.put(",\"key_id\":", base64: keyID)
        writer.put(",\"bytes\":", base64: bytes)
        writer.put("}")
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        if reader.accept(",\"metadata\":") {
            self = .plain(Array(try reader.rawObject()))
            return
        }
        guard reader.accept(",\"sealed\":{\"enc\":") else {
            self = .empty
            return
        }
        let encryption = try reader.count(from: 1)
        try reader.expect(",\"key_id\":")
        let keyID = try reader.base64()
        try reader.expect(",\"bytes\":")
        let bytes = try reader.base64()
        try reader.expect("}")
        self.init(encryption: encryption, keyID: keyID, bytes: bytes)
    }
}

extension WrittenReader {
    fileprivate mutating func base64() throws(WrittenFault) -> [UInt8] {
        let start = position
        guard let bytes = Base64URL.decode(try token()) else {
            throw fault(.invalidValue, at: start)
        }
        return bytes
    }
}
