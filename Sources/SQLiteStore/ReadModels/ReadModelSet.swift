// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Logging
import ProjectionKit
import Synchronization

/// The files of all read models of a store: the catalog, and for each read model one copy or two.
final class ReadModelSet: Sendable {
    let path: String
    let identity: Digest
    let catalog: ReadModelCatalog
    let logger: Logger
    private let feed: ReadModelHome
    private let ledger: ReadModelHome
    private let deadLetters: ReadModelHome
    private let journeys: ReadModelHome
    private let value: ReadModelHome
    /// The copies that are being built.
    private let asides = Mutex<[ReadModelName: ReadModelFile]>([:])
    /// Copies that were live until a swap in this process: somebody may still be reading there.
    private let olds = Mutex<[ReadModelName: ReadModelFile]>([:])

    private init(
        path: String,
        identity: Digest,
        catalog: ReadModelCatalog,
        logger: Logger,
        open: (ReadModelName) throws -> ReadModelFile
    ) rethrows {
        self.path = path
        self.identity = identity
        self.catalog = catalog
        self.logger = logger
        feed = ReadModelHome(try open(.feed))
        ledger = ReadModelHome(try open(.ledger))
        deadLetters = ReadModelHome(try open(.deadLetters))
        journeys = ReadModelHome(try open(.journeys))
        value = ReadModelHome(try open(.value))
    }

    /// Opens the live copies; a copy that does not fit the log is made anew, and refuses readers
    /// until it has got to where the log stands now.
    ///
    /// Blocks while it reads; meant for the start of the program.
    static func open(
        path: String,
        from origin: ReadModelFile.Origin,
        logger: Logger
    ) throws -> ReadModelSet {
        let (catalog, isNew) = try ReadModelCatalog.open(path: path, of: origin.identity)
        if isNew {
            for model in ReadModelName.allCases { removeCopies(of: model, path: path) }
        }
        let entries = try catalog.entries()
        for (model, entry) in entries where entry.rebuild.stage == .none {
            // What a kill in the middle of a drop has left.
            ReadModelFile.remove(copyPath(of: model, entry.live.other, path: path))
        }
        return try ReadModelSet(
            path: path,
            identity: origin.identity,
            catalog: catalog,
            logger: logger,
            open: { model in
                try ReadModelFile.open(
                    model,
                    path: copyPath(of: model, entries[model]?.live ?? .a, path: path),
                    for: .live,
                    from: origin,
                    logger: logger
                )
            }
        )
    }

    /// Opens live copies that are there for reading.
    static func openForReading(
        path: String,
        of identity: Digest,
        logger: Logger
    ) throws -> ReadModelSet {
        let catalog = try ReadModelCatalog.openForReading(path: path, of: identity)
        let entries = try catalog.entries()
        return try ReadModelSet(
            path: path,
            identity: identity,
            catalog: catalog,
            logger: logger,
            open: { model in
                try ReadModelFile.openForReading(
                    model,
                    path: copyPath(of: model, entries[model]?.live ?? .a, path: path),
                    of: identity,
                    logger: logger
                )
            }
        )
    }

    /// Where a read model's live rows are.
    func home(of model: ReadModelName) -> ReadModelHome {
        switch model {
        case .feed: feed
        case .ledger: ledger
        case .deadLetters: deadLetters
        case .journeys: journeys
        case .value: value
        }
    }

    /// The projections whose live rows are being built anew.
    var rebuilding: [String] {
        ReadModelName.allCases.filter { home(of: $0).file.gate.isClosed }.map(\.projection).sorted()
    }

    /// The hashes of the events that the live copies stand at.
    func marks() async throws(StoreError) -> [CheckpointMark] {
        var marks: [CheckpointMark] = []
        for model in ReadModelName.allCases {
            marks += try await home(of: model).file.read(ReadModelStatements.marks)
        }
        return marks
    }

    /// Closes all files.
    func close() async {
        for model in ReadModelName.allCases {
            await takeAside(of: model)?.close()
            await takeOld(of: model)?.close()
            await home(of: model).file.close()
        }
        catalog.close()
    }

    // MARK: Copies that are built

    /// The copy of a read model that is being built, opened or made when it is not open yet; one
    /// whose file has failed is gone, and another is made.
    func aside(of model: ReadModelName, side: ReadModelCatalog.Side) throws -> ReadModelFile {
        try asides.withLock { asides in
            if let open = asides[model], !open.hasFailed { return open }
            let file = try ReadModelFile.open(
                model,
                path: copyPath(of: model, side),
                for: .aside,
                from: ReadModelFile.Origin(
                    identity: identity,
                    heads: [:],
                    // The comparison with the live rows finds what is not of this log.
                    isInLog: { _ in true }
                ),
                logger: logger
            )
            asides[model] = file
            return file
        }
    }

    /// Lets go of the copy that is being built.
    @discardableResult
    func takeAside(of model: ReadModelName) -> ReadModelFile? {
        asides.withLock { $0.removeValue(forKey: model) }
    }

    /// Keeps a copy open that is not live any more.
    func keepOld(_ file: ReadModelFile) { olds.withLock { $0[file.model] = file } }

    /// Lets go of the copy that was live before.
    @discardableResult
    func takeOld(of model: ReadModelName) -> ReadModelFile? {
        olds.withLock { $0.removeValue(forKey: model) }
    }

    // MARK: Files

    func copyPath(of model: ReadModelName, _ side: ReadModelCatalog.Side) -> String {
        Self.copyPath(of: model, side, path: path)
    }

    static func copyPath(
        of model: ReadModelName,
        _ side: ReadModelCatalog.Side,
        path: String
    ) -> String {
        "\(path).\(model.rawValue).\(side)"
    }

    /// Removes the catalog and every copy; the next opening begins anew.
    static func removeAll(path: String) {
        ReadModelFile.remove(path)
        for model in ReadModelName.allCases { removeCopies(of: model, path: path) }
    }

    static func removeCopies(of model: ReadModelName, path: String) {
        for side in [ReadModelCatalog.Side.a, .b] {
            ReadModelFile.remove(copyPath(of: model, side, path: path))
        }
    }
}
