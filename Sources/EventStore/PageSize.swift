// SPDX-License-Identifier: Apache-2.0

/// How many events the next page takes: many small ones or few large ones.
///
/// It begins small and grows while pages stay far below the limit, so that memory is bounded unless
/// all at once every event is a large one.
package struct PageSize: Sendable {
    /// So many events make the first page: 8 MiB if each is as large as the API takes one.
    package static let firstRows = 32
    /// A page should not have more than 8 MiB.
    package static let limitBytes = 8_388_608

    private let limitRows: Int
    /// The rows of the next page.
    package private(set) var rows: Int

    /// `limitRows`: Never more than this.
    package init(limitRows: Int) {
        self.limitRows = limitRows
        rows = min(Self.firstRows, limitRows)
    }

    /// A page had these events.
    package mutating func had(_ events: [StoredEvent]) {
        let bytes = events.reduce(0) { $0 + $1.byteCount }
        if bytes > Self.limitBytes {
            rows = max(1, rows * Self.limitBytes / bytes)
        } else if 2 * bytes <= Self.limitBytes {
            rows = min(2 * rows, limitRows)
        }
    }
}

extension StoredEvent {
    /// The bytes that make up most of it: header, body, metadata and envelope.
    package var byteCount: Int {
        header.count + body.count + metadata.bytes.count + envelope.count
    }
}
