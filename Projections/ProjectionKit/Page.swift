// SPDX-License-Identifier: Apache-2.0

/// A page of a list, and where the next one begins.
///
/// A page may be shorter than asked for, or empty, and still have a next one: a call examines only
/// so many rows (`examinedLimitRows`), whether they match the filters or not.
public struct Page<Element: Sendable>: Sendable {
    /// The elements, in the order of the list.
    public let elements: [Element]
    /// Where the next page begins; nil when there is nothing more.
    public let next: PageCursor?

    /// Puts a page together.
    public init(elements: [Element], next: PageCursor?) {
        self.elements = elements
        self.next = next
    }

    /// The page of a list that holds nothing.
    public static var empty: Page { Page(elements: [], next: nil) }
}

extension Page: Equatable where Element: Equatable {}

/// Bounds on what one call reads.
public enum PageLimits {
    /// Elements on a page unless told otherwise.
    public static let defaultRows = 50
    /// At most this many elements on a page.
    public static let maximumRows = 500
    /// At most this many rows are examined in one call.
    public static let examinedLimitRows = 10_000
}
