// SPDX-License-Identifier: Apache-2.0

extension SQLiteStore {
    /// The read models in the file beside this store.
    public var views: SQLiteReadModels { SQLiteReadModels(file: readModels, log: self) }
}
