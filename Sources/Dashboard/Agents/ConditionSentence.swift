// SPDX-License-Identifier: Apache-2.0

import OutcomeDomain

/// A condition as a sentence, in pieces, so that a page can tell what a client has named from the
/// words around it.
struct ConditionSentence: Sendable {
    struct Piece: Equatable, Sendable {
        let text: String
        /// Whether it is a name or value of the client's.
        let isName: Bool
    }

    /// Longer conditions are only counted: the tree is the better picture.
    static let limitLeaves = 12

    let pieces: [Piece]

    init(_ condition: Condition) {
        guard condition.leafCount <= Self.limitLeaves else {
            let text =
                "a condition of \(condition.leafCount) questions, \(condition.depth) levels deep"
            pieces = [Piece(text: text, isName: false)]
            return
        }
        var writer = Writer()
        writer.write(condition, isInside: false)
        pieces = writer.pieces
    }

    /// All of it in one line.
    var line: String { pieces.map(\.text).joined() }

    private struct Writer {
        private(set) var pieces: [Piece] = []

        mutating func write(_ condition: Condition, isInside: Bool) {
            switch condition {
            case .leaf(let leaf): write(LeafWords(leaf))
            case .not(let child):
                say("it is not so that ")
                write(child, isInside: true)
            case .all(let children): join(children, " and ", isInside, empty: "always")
            case .any(let children): join(children, " or ", isInside, empty: "never")
            }
        }

        private mutating func write(_ words: LeafWords) {
            name(words.fact)
            say(" " + words.asked)
            guard !words.value.isEmpty else { return }
            say(" ")
            name(words.value)
            if !words.tail.isEmpty { say(" " + words.tail) }
        }

        private mutating func join(
            _ children: [Condition],
            _ word: String,
            _ isInside: Bool,
            empty: String
        ) {
            guard !children.isEmpty else { return say(empty) }
            let isBracketed = isInside && children.count > 1
            if isBracketed { say("(") }
            for (index, child) in children.enumerated() {
                if index > 0 { say(word) }
                write(child, isInside: isInside || children.count > 1)
            }
            if isBracketed { say(")") }
        }

        private mutating func say(_ text: String) { add(text, isName: false) }
        private mutating func name(_ text: String) { add(text, isName: true) }

        private mutating func add(_ text: String, isName: Bool) {
            guard let last = pieces.last, last.isName == isName, !isName else {
                pieces.append(Piece(text: text, isName: isName))
                return
            }
            pieces[pieces.count - 1] = Piece(text: last.text + text, isName: false)
        }
    }
}

extension Condition {
    /// What is below it; none below a leaf.
    var children: [Condition] {
        switch self {
        case .all(let children), .any(let children): children
        case .not(let child): [child]
        case .leaf: []
        }
    }

    /// The leaves, an empty list counted as one (SPEC 5).
    var leafCount: Int { max(1, children.reduce(0) { $0 + $1.leafCount }) }

    /// The nodes on the longest way down, both ends counted.
    var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }

    /// How many nodes are asked together; the leaf's own words otherwise.
    var heading: String {
        switch self {
        case .all: "All of these"
        case .any: "At least one of these"
        case .not: "Not"
        case .leaf(let leaf): LeafWords(leaf).line
        }
    }
}
