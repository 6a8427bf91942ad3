// SPDX-License-Identifier: Apache-2.0

package import BillingLedger
import EventStore
package import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Postings as comma-separated values (RFC 4180), streamed: a page is read when the client has room
/// for it, so that a ledger of any length takes the memory of one page.
///
/// Amounts are exact decimals. A text that a spreadsheet would take for a formula gets an apostrophe
/// before it, as spreadsheets themselves write it. When a page cannot be read the answer breaks off
/// without its last chunk: no client takes half a ledger for a whole one.
package enum PostingsCSV {
    /// The column names, in order.
    static let columns = [
        "id", "outcome_key", "customer_key", "agent_key", "price", "quantity", "amount", "currency",
        "settled_at", "recorded_at", "debit_account", "credit_account", "source_partition",
        "source_position", "source_hash",
    ]

    /// So many postings make a part, which is some tens of kilobytes.
    ///
    /// The calls of others get their turn between two parts: larger ones would make them wait.
    private static let partRows = 100

    /// `GET /v1/ledger/postings.csv`.
    static func get(_ call: APICall) async throws -> APIAnswer {
        answer(
            try call.principal.account,
            LedgerHandlers.filter(call),
            from: call.services.ledger
        )
    }

    /// All postings that pass a filter, newest first.
    package static func answer(
        _ account: AccountID,
        _ filter: LedgerFilter,
        from ledger: any BillingLedgerReader
    ) -> APIAnswer {
        APIAnswer(
            contentType: "text/csv; charset=utf-8; header=present",
            fields: [
                ("Content-Disposition", "attachment; filename=\"postings.csv\""),
                ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
            ],
            parts: PartedBody(isEndless: false) { writer in
                try await writer.write(Array((columns.joined(separator: ",") + "\r\n").utf8))
                var cursor: PageCursor?
                repeat {
                    let page = try await ledger.postings(
                        of: account,
                        filter: filter,
                        limit: partRows,
                        after: cursor
                    )
                    try await writer.write(page.elements.flatMap(row))
                    cursor = page.next
                } while cursor != nil
            }
        )
    }

    /// One posting as a line.
    static func row(_ posting: Posting) -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(384)
        let cells: [Text] = [
            Text(posting.id.description), posting.key.text, posting.customer.text,
            posting.agent.text, Text(posting.price.description), Text(posting.quantity.description),
            Text(posting.amount.description), Text(posting.currency.code),
            Text(posting.settledAt.description), Text(posting.recordedAt.description),
            ledgerAccount(posting, isDebit: true), ledgerAccount(posting, isDebit: false),
            Text(String(posting.source.partition.number)),
            Text(String(posting.source.position.value)), Text(posting.source.hash.hex),
        ]
        for (index, cell) in cells.enumerated() {
            if index > 0 { row.append(0x2C) }
            // Numbers are ours, and a sign before one is no formula.
            append(cell, isText: !numeric.contains(index), to: &row)
        }
        row += [0x0D, 0x0A]
        return row
    }

    private static let numeric = 4...6

    private static func ledgerAccount(_ posting: Posting, isDebit: Bool) -> Text {
        let index = isDebit ? 0 : 1
        guard posting.lines.indices.contains(index) else { return "" }
        return Text(posting.lines[index].ledgerAccount.description)
    }

    /// A cell, quoted where RFC 4180 asks for it.
    static func append(_ cell: Text, isText: Bool, to row: inout [UInt8]) {
        let bytes = cell.utf8
        let isFormula = isText && beginsFormula(bytes)
        guard isFormula || bytes.contains(where: isQuoted) else {
            row.append(contentsOf: bytes)
            return
        }
        row.append(0x22)
        if isFormula { row.append(0x27) }
        for byte in bytes {
            if byte == 0x22 { row.append(0x22) }
            row.append(byte)
        }
        row.append(0x22)
    }

    /// Whether a spreadsheet may take a text for a formula; some pass over spaces before one, and
    /// take the wide forms of its signs as well.
    private static func beginsFormula(_ bytes: some Collection<UInt8>) -> Bool {
        let text = bytes.drop { $0 == 0x20 }
        switch text.first {
        // `=`, `+`, `-`, `@`, tab, carriage return, line feed.
        case 0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D, 0x0A: return true
        case 0xEF: return wideFormulaSigns.contains { text.starts(with: $0) }
        default: return false
        }
    }

    private static let wideFormulaSigns = ["\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"]
        .map { Array($0.utf8) }
    /// Comma, quotation mark, carriage return, line feed; semicolon and tab part cells elsewhere.
    private static func isQuoted(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2C, 0x22, 0x0D, 0x0A, 0x3B, 0x09: true
        default: false
        }
    }
}
