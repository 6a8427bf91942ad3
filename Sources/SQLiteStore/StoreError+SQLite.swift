// SPDX-License-Identifier: Apache-2.0

import EventStore
import GRDB

extension StoreError {
    /// Where a statement failed decides what may still be true.
    enum Phase {
        /// Before COMMIT: nothing of the transaction can have been written for good.
        case working
        /// In COMMIT or a checkpoint: a failed write or flush leaves the file in doubt.
        case committing
    }

    /// Names a failure of SQLite in the store's terms.
    init(sqlite error: any Error, phase: Phase) {
        if let known = error as? StoreError {
            self = known
            return
        }
        guard let failure = error as? DatabaseError else {
            self.init(.unavailable, detail: String(describing: error))
            return
        }
        self.init(Self.reason(of: failure.extendedResultCode, phase: phase), detail: "\(failure)")
    }

    private static func reason(of code: ResultCode, phase: Phase) -> Reason {
        switch code {
        case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC:
            // What a retried flush says cannot be believed.
            return .fatal
        default:
            break
        }
        switch code.primaryResultCode {
        case .SQLITE_FULL: return .diskFull
        case .SQLITE_CONSTRAINT: return .conflict
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged
        case .SQLITE_IOERR: return phase == .committing ? .fatal : .unavailable
        default: return .unavailable
        }
    }
}
