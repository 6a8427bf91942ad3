// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

extension StoreWriter {
    /// Makes a committed flush known: ledger, mark and tail.
    func publish(_ flush: IntakeFlush.Written) {
        guard flush.acceptedCount > 0 else { return }
        claims.committed(flush.claims, in: flush.flush, moved: flush.movedClaims)
        waitingRows.withLock { rows in
            rows.add(flush.flush, flush.parts.map { ($0.partition, $0.lastPosition) })
        }
        // The tail first: whoever sees a new head finds its records in memory.
        for part in flush.parts {
            let kept = part.isKeptInTail ? part.records : []
            tail.publish(kept, in: part.partition, through: part.lastPosition)
        }
        update { ledger in
            for part in flush.parts {
                ledger.entries[part.partition.number].ingestHead = part.lastPosition
                ledger.entries[part.partition.number].liveClock = part.liveClock
            }
            ledger.remember(flush.sandboxClocks)
        }
    }

    /// Changes the ledger after a commit and raises the high-water mark.
    func update(_ change: (inout IntakeLedger) -> Void) {
        let (level, turn) = intakeState.withLock { ledger in
            change(&ledger)
            ledger.markTurn &+= 1
            return (ledger.level, ledger.markTurn)
        }
        mark.raise(to: level, turn: turn)
    }
}
