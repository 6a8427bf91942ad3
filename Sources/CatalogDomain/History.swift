// SPDX-License-Identifier: Apache-2.0

/// Something of the catalog that bears the stamp of its last change.
protocol Stamped: Sendable {
    var updated: ChangeStamp { get }
}

extension Agent: Stamped {}
extension Customer: Stamped {}
extension RateCard: Stamped {}
extension Token: Stamped {}

/// What something has been at every catalog version since it was first put.
struct History<Entity: Stamped>: Sendable {
    /// As it was after each of its changes, oldest first; empty only while the first is being made.
    private(set) var revisions: [Entity] = []

    /// As it is now.
    var current: Entity? { revisions.last }

    /// As it was at a catalog version; nil before it was first put.
    func entity(at version: Int) -> Entity? {
        guard let last = revisions.last else { return nil }
        guard last.updated.version > version else { return last }
        var lower = 0
        var upper = revisions.count - 1
        while lower < upper {
            let middle = (lower + upper) / 2
            if revisions[middle].updated.version <= version {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower == 0 ? nil : revisions[lower - 1]
    }

    mutating func append(_ entity: Entity) { revisions.append(entity) }
}
