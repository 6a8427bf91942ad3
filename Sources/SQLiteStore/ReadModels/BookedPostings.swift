// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import GRDB
import OutcomeDomain

/// Looks whether outcomes that settle are in the books already; they never should be.
///
/// Books that are built aside are not looked into: their index, which comes last, tells.
final class BookedPostings {
    private let statements: BillingLedgerStatements
    private let database: Database
    /// Nil while there is no index to look with.
    private let select: BoundStatement?
    private var accounts: [AccountID: Int64?] = [:]

    init(statements: BillingLedgerStatements, database: Database) throws {
        self.statements = statements
        self.database = database
        select =
            try ReadModelStatements.hasPostingsByID(database)
            ? BoundStatement(database, statements.selectNumber) : nil
    }

    /// Adds the posting of an outcome to `booked`, if there is one.
    func load(_ stream: StreamID, into booked: inout [PostingID: Posting]) throws {
        guard let select, let key = OutcomeKey(stream.key),
            let account = try number(of: stream.account)
        else { return }
        let id = PostingID(settlementOf: key, account: stream.account)
        select.bind(1, id.bytes)
        guard try select.first({ $0.integer(0) }) != nil else { return }
        booked[id] = try statements.posting(
            id,
            account: stream.account,
            number: account,
            database
        )
    }

    private func number(of account: AccountID) throws -> Int64? {
        if let known = accounts[account] { return known }
        let number = try ReadModelStatements.number(of: account, database)
        accounts[account] = .some(number)
        return number
    }
}

extension OutcomeEvent {
    /// Whether it makes a posting.
    var isConfirmation: Bool {
        guard case .settled(let settled) = self else { return false }
        return settled.ending.charge != nil
    }
}
