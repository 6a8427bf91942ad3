// SPDX-License-Identifier: Apache-2.0

/// The tables of delivered value.
enum ValueDeliveredSchema {
    static let tables = [
        """
        CREATE TABLE \(ReadModelTables.valueRecords) (
            event_id BLOB NOT NULL PRIMARY KEY CHECK (length(event_id) = 20),
            account INTEGER NOT NULL,
            owner INTEGER,
            agent INTEGER,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            description TEXT,
            usd TEXT,
            created_at INTEGER NOT NULL,
            position INTEGER NOT NULL,
            partition INTEGER NOT NULL,
            metadata BLOB NOT NULL
        ) STRICT
        """,
        // A record counts for the whole account, and for its user if it has one.
        """
        CREATE TABLE \(ReadModelTables.valueMonths) (
            account INTEGER NOT NULL,
            is_user INTEGER NOT NULL CHECK (is_user BETWEEN 0 AND 1),
            owner INTEGER NOT NULL,
            month INTEGER NOT NULL,
            kind TEXT NOT NULL,
            records INTEGER NOT NULL CHECK (records > 0),
            usd TEXT NOT NULL,
            PRIMARY KEY (account, is_user, owner, month, kind)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE \(ReadModelTables.valueAgents) (
            account INTEGER NOT NULL,
            is_user INTEGER NOT NULL CHECK (is_user BETWEEN 0 AND 1),
            owner INTEGER NOT NULL,
            month INTEGER NOT NULL,
            has_agent INTEGER NOT NULL CHECK (has_agent BETWEEN 0 AND 1),
            agent INTEGER NOT NULL,
            records INTEGER NOT NULL CHECK (records > 0),
            usd TEXT NOT NULL,
            PRIMARY KEY (account, is_user, owner, month, has_agent, agent)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    static let indexes = [
        ReadModelSchema.index(
            ReadModelTables.valueRecords,
            "account",
            "account, created_at, position, partition"
        ),
        ReadModelSchema.index(
            ReadModelTables.valueRecords,
            "owner",
            "account, owner, created_at, position, partition"
        ),
    ]
}
