// SPDX-License-Identifier: Apache-2.0

/// The tables of the first release that hold what is signed of the log.
enum CheckpointTables {
    static let names = ["tree_tiles", "checkpoints", "signing_keys"]

    static let all = [
        // Roots of complete subtrees of 256^level leaves; leaves are the events themselves.
        """
        CREATE TABLE tree_tiles (
            partition integer NOT NULL,
            level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
            number bigint NOT NULL,
            hash bytea NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (partition, level, number)
        )
        """,
        // The size is the position of the last event that is a leaf.
        """
        CREATE TABLE checkpoints (
            partition integer NOT NULL,
            size bigint NOT NULL CHECK (size > 0),
            root bytea NOT NULL CHECK (length(root) = 32),
            time bigint NOT NULL,
            note text COLLATE "C" NOT NULL,
            PRIMARY KEY (partition, size)
        )
        """,
        // Public keys, few, of all partitions; private ones are in no database.
        """
        CREATE TABLE signing_keys (
            key text COLLATE "C" PRIMARY KEY,
            since bigint NOT NULL,
            registration text COLLATE "C" NOT NULL
        )
        """,
    ]
}
