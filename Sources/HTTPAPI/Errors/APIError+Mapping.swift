// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit
import TrafficStudy

/// The one map from whatever goes wrong to what the client is told. What is not named here is an
/// INTERNAL_ERROR, of which nothing is told.
extension APIError {
    package init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as ValidationFailure: self = .invalid(error.details)
        case let error as JSONError: self.init(error)
        case let error as IntakeError: self.init(error)
        case let error as CatalogChangeError: self.init(error)
        case let error as CatalogRejection: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as PageCursorError: self.init(error)
        case let error as ReadBehind: self.init(error, position: nil)
        case let error as StudyError: self.init(error)
        case is CancellationError: self = APIError(.shuttingDown, "The service is shutting down.")
        default: self = .internalError
        }
    }

    /// A body that is not the JSON the service takes, where the body is not at hand.
    init(_ error: JSONError) {
        self = .invalid("body", error.description)
    }

    /// A body that is not the JSON the service takes; what is wrong is named by its field where that
    /// can be told.
    init(_ error: JSONError, in bytes: UnsafeRawBufferPointer) {
        let path = JSONReader.path(to: error.offset, in: bytes)
        switch error.kind {
        case .duplicateName(let name):
            let field = path.isEmpty ? name.string : path + "." + name.string
            self = .invalid(Self.shortened(field), "is given more than once")
        case .numberOutOfBounds where !path.isEmpty:
            self = .invalid(
                Self.shortened(path),
                "must have at most 18 digits before and after the point and 34 in all"
            )
        case .nulCharacter where !path.isEmpty:
            self = .invalid(Self.shortened(path), "must not hold a NUL character")
        default:
            self.init(error)
        }
    }

    /// So much of a client's own names is repeated.
    private static let fieldLimitScalars = 255

    private static func shortened(_ field: String) -> String {
        String(String.UnicodeScalarView(field.unicodeScalars.prefix(fieldLimitScalars)))
    }

    /// Nothing was accepted.
    init(_ error: IntakeError) {
        switch error {
        case .clockInDoubt:
            self.init(.clockInDoubt, "The server's clock is in doubt; nothing is accepted.")
        case .backlogFull:
            self.init(.intakeFull, "Too many events wait to be processed; nothing was accepted.")
        case .tokenRevoked:
            self = .tokenInvalid
        case .store(let error):
            self.init(error)
        }
    }

    /// A catalog was not changed.
    init(_ error: CatalogChangeError) {
        switch error {
        case .rejected(let rejection): self.init(rejection)
        case .store(let error): self.init(error)
        }
    }

    /// A rule stands against a catalog change.
    init(_ rejection: CatalogRejection) {
        switch rejection {
        case .notFound: self = .notFound
        case .alreadyExists: self.init(.conflict, "There is one of that name already.")
        case .invalid(let failure): self = .invalid(failure.details)
        }
    }

    /// The store did not do what was asked.
    init(_ error: StoreError) {
        switch error.reason {
        case .full: self.init(.intakeFull, "The intake is full; nothing was accepted.")
        case .conflict: self.init(.conflict, "Something else was changed at the same time.")
        case .diskFull: self.init(.storageFull, "The disk is full; reads go on.")
        case .unavailable: self.init(.storeUnavailable, "The store is unavailable.")
        case .fatal: self.init(.storeUnavailable, "The store has to be restarted.")
        case .damaged: self = .internalError
        case .closed: self.init(.shuttingDown, "The service is shutting down.")
        }
    }

    /// A cursor that is none.
    ///
    /// One of another account is a place in an empty list instead: the lists see to that before it
    /// comes here.
    init(_ error: PageCursorError) {
        switch error {
        case .malformed: self = .invalid("cursor", "is not a cursor of this list")
        case .foreign: self = .notFound
        }
    }

    /// A question about an account's traffic has no answer.
    init(_ error: StudyError) {
        switch error {
        case .busy:
            self.init(
                .studiesBusy,
                "As many questions of this kind are being answered as may be at a time; try again."
            )
        case .tookTooLong(let seconds):
            self.init(
                .simulationTooLarge,
                "The simulation took longer than \(seconds) s: ask about fewer outcomes."
            )
        case .behind:
            self = .readBehind(position: nil)
        }
    }

    /// What was asked for is not visible, and whether it will be.
    ///
    /// `position` is where a write of this very call is, so that it can be waited for.
    init(_ error: ReadBehind, position: String?) {
        switch error {
        case .timedOut:
            self = .readBehind(position: position)
        case .tooManyWaiters:
            self.init(
                .readBehind,
                "Too many calls wait for what they wrote already; try again.",
                position: position
            )
        case .partitionStopped:
            self.init(
                .readBehind,
                "Processing has stopped there: what was written is safe, and not visible before an "
                    + "operator has mended it; see /readyz.",
                position: position
            )
        case .projectionStopped:
            self.init(
                .readBehind,
                "A read model has stopped: what was written since is safe, and not visible before "
                    + "the service is started again; see /readyz.",
                position: position
            )
        case .cancelled:
            self.init(.shuttingDown, "The service is shutting down.", position: position)
        }
    }

    /// What was asked for is not visible yet.
    static func readBehind(position: String?) -> APIError {
        APIError(
            .readBehind,
            "What was written up to that position is not visible yet; try again.",
            position: position
        )
    }
}
