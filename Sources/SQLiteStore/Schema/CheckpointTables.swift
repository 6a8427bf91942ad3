// SPDX-License-Identifier: Apache-2.0

/// The tables of the first release that hold what is signed of the log.
enum CheckpointTables {
    static let names = ["tree_tiles", "checkpoints", "signing_keys"]

    static let all = [
        // Roots of complete subtrees of 256^level leaves; leaves are the events themselves.
        """
        CREATE TABLE tree_tiles (
            partition INTEGER NOT NULL,
            level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (partition, level, number)
        ) STRICT, WITHOUT ROWID
        """,
        // The size is the position of the last event that is a leaf.
        """
        CREATE TABLE checkpoints (
            partition INTEGER NOT NULL,
            size INTEGER NOT NULL CHECK (size > 0),
            root BLOB NOT NULL CHECK (length(root) = 32),
            time INTEGER NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (partition, size)
        ) STRICT, WITHOUT ROWID
        """,
        // Public keys; private ones are in no database.
        """
        CREATE TABLE signing_keys (
            key TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            registration TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
