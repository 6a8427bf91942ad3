// SPDX-License-Identifier: Apache-2.0

/// A map sorted by key that shares nearly everything with its copies.
///
/// Entries lie in short sorted runs, so that changing one in a copy duplicates one run and the list
/// of runs, not the whole map: a catalog is copied at each change, and may hold 100,000 customers.
/// Nothing is ever removed.
struct SortedTable<Key: Comparable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let key: Key
        var value: Value
    }

    /// A run that grows beyond this is cut in two.
    private static var runLimitEntries: Int { 128 }

    /// Sorted runs, none of them empty.
    private var runs: [[Entry]] = []

    /// The value of a key.
    subscript(_ key: Key) -> Value? {
        guard let place = find(key), place.isFound else { return nil }
        return runs[place.run][place.index].value
    }

    /// Changes the value of a key in place, starting from `initial` if there is none.
    mutating func update(
        _ key: Key,
        default initial: @autoclosure () -> Value,
        _ body: (inout Value) -> Void
    ) {
        guard let place = find(key) else {
            var value = initial()
            body(&value)
            runs.append([Entry(key: key, value: value)])
            return
        }
        guard !place.isFound else {
            body(&runs[place.run][place.index].value)
            return
        }
        var value = initial()
        body(&value)
        runs[place.run].insert(Entry(key: key, value: value), at: place.index)
        split(place.run)
    }

    /// Changes the value of a key in place, if it is there.
    mutating func updateExisting(_ key: Key, _ body: (inout Value) -> Void) {
        guard let place = find(key), place.isFound else { return }
        body(&runs[place.run][place.index].value)
    }

    private mutating func split(_ run: Int) {
        let count = runs[run].count
        guard count > Self.runLimitEntries else { return }
        let tail = Array(runs[run][(count / 2)...])
        runs[run].removeLast(tail.count)
        runs.insert(tail, at: run + 1)
    }
}

// MARK: Reading

extension SortedTable {
    /// The number of keys.
    var count: Int { runs.reduce(0) { $0 + $1.count } }

    /// Every value, in order of the keys.
    var values: [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for run in runs {
            values.append(contentsOf: run.lazy.map(\.value))
        }
        return values
    }

    /// Values in order of the keys, those after `key`, until `body` answers false.
    func forEach(after key: Key?, _ body: (Value) -> Bool) {
        var run = 0
        var index = 0
        if let key, let place = find(key) {
            run = place.run
            index = place.isFound ? place.index + 1 : place.index
        }
        while run < runs.count {
            while index < runs[run].count {
                guard body(runs[run][index].value) else { return }
                index += 1
            }
            run += 1
            index = 0
        }
    }
}

// MARK: Searching

extension SortedTable {
    /// Where a key is, or would go; nil while there is no run.
    private func find(_ key: Key) -> (run: Int, index: Int, isFound: Bool)? {
        guard !runs.isEmpty else { return nil }
        // The last run that begins at or before the key; the first one if none does.
        var lower = 1
        var upper = runs.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if key < runs[middle][0].key { upper = middle } else { lower = middle + 1 }
        }
        let run = lower - 1
        lower = 0
        upper = runs[run].count
        while lower < upper {
            let middle = (lower + upper) / 2
            if runs[run][middle].key < key { lower = middle + 1 } else { upper = middle }
        }
        let isFound = lower < runs[run].count && runs[run][lower].key == key
        return (run, lower, isFound)
    }
}
