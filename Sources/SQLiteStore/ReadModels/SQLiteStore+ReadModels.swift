// SPDX-License-Identifier: Apache-2.0

extension SQLiteStore {
    /// The read models in the files beside this store.
    public var views: SQLiteReadModels { SQLiteReadModels(files: readModels, log: self) }
}
