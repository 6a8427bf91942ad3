// SPDX-License-Identifier: Apache-2.0

/// The brackets of every transaction.
enum TransactionStatements {
    static let begin = "BEGIN IMMEDIATE"
    static let commit = "COMMIT"
}
